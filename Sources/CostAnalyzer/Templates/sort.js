// Headings of tables sort their column; without this script the tables are as they were written.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 2) continue;
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const cell = (row) => row.cells[column];
    const order = (a, b) => {
      const [x, y] = [cell(a).dataset.sort, cell(b).dataset.sort];
      if (x !== undefined && y !== undefined) return Number(x) - Number(y);
      return cell(a).textContent.localeCompare(cell(b).textContent);
    };
    const isUnknown = (row) => cell(row).textContent === "–";
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      // What is unknown stands last, whichever way.
      const rows = [...body.rows].sort((a, b) => isUnknown(a) - isUnknown(b) || sign * order(a, b));
      body.append(...rows);
    });
  });
}

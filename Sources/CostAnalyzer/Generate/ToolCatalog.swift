/// The tools an app offers, as the OpenAI API writes them.
enum ToolCatalog {
  static let definitions: [String] = ProductArea.all.map { area in
    let tools = area.tools.map { name in
      "{\"type\":\"function\",\"function\":{\"name\":\"\(name)\",\"description\":\"\(area.product): "
        + "\(name.replacing("_", with: " "))\",\"parameters\":{\"type\":\"object\",\"properties\":{\"query\":"
        + "{\"type\":\"string\",\"description\":\"What to look for\"},\"limit\":{\"type\":\"integer\"}},"
        + "\"required\":[\"query\"]}}}"
    }
    return "[\(tools.joined(separator: ","))]"
  }
}

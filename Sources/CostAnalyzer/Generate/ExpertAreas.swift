extension ProductArea {
  /// Areas whose users are engineers, lawyers and operators.
  static let expertAreas: [ProductArea] = [
    ProductArea(
      app: "code-assistant", product: "Forgeline", purpose: "programming help inside the editor and the CI system",
      model: 2, weight: 20, temperature: 0.2, maxTokens: 2000, promptRules: 36,
      features: terms(
        "branch protection=protected branches|the build cache=build caching|signed commits=commit signing|"
          + "preview deployments=preview environments|static analysis=the linter|flaky test retries=test retries|"
          + "dependency updates=automatic dependency updates|canary releases=canary rollouts"),
      items: terms(
        "a pipeline=a CI pipeline|a merge request=a pull request|a release tag=a version tag|a secret=a CI variable|"
          + "a deploy key=a deployment key|a package=an artifact|a webhook=a hook|a runner=a build agent"),
      limits: terms(
        "the job timeout=the build timeout|the number of parallel jobs=the job concurrency|"
          + "the cache size=the cache quota|the log retention=how long logs are kept|the memory limit=the RAM limit"),
      events: list("the merge|the pipeline finishes|the release is tagged"),
      extras: list("a reviewer|a container image|root access"),
      plans: list("Free tier|Pro tier|Self-hosted edition"),
      menus: list("Repository|CI settings|Deployments|Security|Registry"),
      teams: list("Platform Team|Release Engineering|Security Engineering"),
      roles: list("Maintainer|Developer|Owner"),
      tools: list("read_file|run_tests|search_code")),
    ProductArea(
      app: "ticket-triage", product: "Sortwell", purpose: "classification and summaries of incoming support tickets",
      model: 3, weight: 10, temperature: 0.0, maxTokens: 300, promptRules: 12,
      features: terms(
        "automatic routing=auto routing|sentiment labels=mood labels|duplicate detection=duplicate search|"
          + "quiet hours=do not disturb|reply suggestions=suggested replies|language detection=language recognition|"
          + "escalation alerts=escalation mails|ticket merging=merging of tickets"),
      items: terms(
        "a ticket=a case|a queue=an inbox|a macro=a canned reply|a label=a tag|a service contract=an SLA|"
          + "an agent group=a team|a saved view=a filter|a survey=a satisfaction survey"),
      limits: terms(
        "the response time target=the reply target|the ticket cap=the number of open tickets|"
          + "the attachment limit=the file limit|the priority threshold=the urgency threshold|"
          + "the reopen period=the reopening window"),
      events: list("the ticket is closed|the shift changes|the customer answers"),
      extras: list("an assigned agent|a customer reply|a priority"),
      plans: list("Bronze support|Silver support|Gold support"),
      menus: list("Queues|Automation|Labels|Reports|Team"),
      teams: list("Support Lead|Second Level|Quality Team"), roles: list("Agent|Team lead|Queue owner"),
      tools: list("ticket_history|set_label|assign_ticket")),
    ProductArea(
      app: "contract-review", product: "Clausewise", purpose: "review of commercial contracts for in-house lawyers",
      model: 4, weight: 8, temperature: 0.2, maxTokens: 1500, promptRules: 38,
      features: terms(
        "clause tracking=clause watch|redline mode=track changes|automatic renewal=auto-renewal|"
          + "signature reminders=signing reminders|risk scoring=risk rating|version comparison=document comparison|"
          + "confidential mode=privileged mode|deadline alerts=deadline notices"),
      items: terms(
        "a contract=an agreement|an amendment=an addendum|a non-disclosure agreement=an NDA|a clause=a provision|"
          + "a playbook=a negotiation guide|a counterparty=a contract partner|a term sheet=a summary of terms|"
          + "a data processing agreement=a DPA"),
      limits: terms(
        "the liability cap=the limit of liability|the notice period=the termination notice|"
          + "the payment term=the days to pay|the confidentiality period=the secrecy term|"
          + "the warranty period=the guarantee period"),
      events: list("signature|the notice period ends|the effective date"),
      extras: list("a counter-signature|legal approval|a governing law clause"),
      plans: list("Supplier contract|Customer contract|Partner contract"),
      menus: list("Contracts|Playbooks|Approvals|Obligations|Templates"),
      teams: list("Legal Operations|Commercial Legal|Privacy Office"),
      roles: list("Reviewer|Legal counsel|Signatory"),
      tools: list("find_clause|compare_versions|list_obligations")),
    ProductArea(
      app: "data-lab", product: "Tidewater", purpose: "questions about data sets, queries and dashboards", model: 6,
      weight: 2, temperature: 0.7, maxTokens: 800, promptRules: 8,
      features: terms(
        "row-level security=row security|query caching=the query cache|scheduled refresh=automatic refresh|"
          + "column masking=data masking|anomaly alerts=outlier alerts|schema checks=schema validation|"
          + "lineage tracking=data lineage|query hints=optimizer hints"),
      items: terms(
        "a dashboard=a report page|a data set=a dataset|a saved query=a stored query|a table=a data table|"
          + "a workspace=a project space|a data contract=a schema contract|a notebook=an analysis notebook|"
          + "a metric=a KPI"),
      limits: terms(
        "the row limit=the max row count|the query timeout=the query time limit|the refresh interval=the refresh rate|"
          + "the storage quota=the disk quota|the sample size=the number of samples"),
      events: list("the nightly load|the quarter closes|the schema changes"),
      extras: list("a filter|a primary key|a service account"),
      plans: list("Explorer workspace|Analyst workspace|Engineer workspace"),
      menus: list("Data sets|Queries|Dashboards|Access|Schedules"),
      teams: list("Data Platform|Analytics Guild|Data Governance"),
      roles: list("Data steward|Analyst|Workspace owner"),
      tools: list("run_query|describe_table|list_metrics")),
  ]
}

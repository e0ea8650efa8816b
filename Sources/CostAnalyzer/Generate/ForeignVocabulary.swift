/// The how-to questions of people who write in their own language.
struct ForeignVocabulary: Sendable {
  var code: String
  var objects: [String]
  /// Pairs of opposites follow each other.
  var verbs: [String]
  /// `{o}` and `{v}` stand for object and verb, in answers also `{n}`, `{m}` and `{t}` for number, menu and team.
  var questions: [String]
  var answers: [String]

  static let all: [ForeignVocabulary] = [german, french, spanish, japanese]

  func question(_ template: Int, object: Int, verb: Int) -> String {
    fillTemplate(questions[template]) { $0 == Placeholder.object ? objects[object] : verbs[verb] }
  }

  /// One sentence of an answer; `number` is asked once for every number in it.
  func answer(_ sentence: Int, object: Int, verb: Int, menu: String, team: String, number: () -> Int) -> String {
    fillTemplate(answers[sentence]) { letter in
      switch letter {
      case Placeholder.object: objects[object]
      case Placeholder.verb: verbs[verb]
      case Placeholder.menu: menu
      case Placeholder.team: team
      default: "\(number())"
      }
    }
  }

  private static let german = ForeignVocabulary(
    code: "de",
    objects: ProductArea.list(
      "die Zwei-Faktor-Anmeldung|die monatliche Rechnung|den Newsletter für Kunden|die automatische Verlängerung|"
        + "den Zugang für Gäste|die Lieferadresse für Aufträge|das Postfach der Abteilung|die Übersicht der Ausgaben"),
    verbs: ["aktivieren", "deaktivieren", "hinzufügen", "löschen", "freigeben", "sperren"],
    questions: [
      "Wie kann ich {o} {v}?", "Wo kann ich {o} {v}?", "Ich möchte {o} {v}, wie geht das?",
      "Können Sie mir erklären, wie man {o} {v} kann?", "{o} {v} – welche Schritte sind nötig?",
    ],
    answers: [
      "Wenn Sie {o} {v} möchten, öffnen Sie zuerst das Menü „{m}“ und wählen Sie dort den passenden Eintrag aus.",
      "Die Änderung ist nach etwa {n} Minuten für alle sichtbar.",
      "Pro Monat sind höchstens {n} Änderungen möglich, danach ist der Eintrag für {n} Tage gesperrt.",
      "Bei Fragen hilft das Team „{t}“ weiter; nennen Sie bitte den Vorgang {n}.",
      "Bestehende Einträge bleiben unverändert und können {n} Tage lang wiederhergestellt werden.",
    ])

  private static let french = ForeignVocabulary(
    code: "fr",
    objects: ProductArea.list(
      "la double authentification|la facture mensuelle|l'accès des invités|le renouvellement automatique|"
        + "l'adresse de livraison|le congé payé de l'équipe|la boîte partagée|le résumé des dépenses"),
    verbs: ["activer", "désactiver", "ajouter", "supprimer", "partager", "bloquer"],
    questions: [
      "Comment {v} {o} ?", "Où puis-je {v} {o} ?", "Je voudrais {v} {o}, quelles sont les étapes ?",
      "Est-il possible de {v} {o}, et comment ?", "Pouvez-vous m'expliquer comment {v} {o} ?",
    ],
    answers: [
      "Pour {v} {o}, ouvrez d'abord le menu « {m} », puis choisissez l'entrée correspondante.",
      "La modification est visible par tout le monde après environ {n} minutes.",
      "Vous pouvez le faire au plus {n} fois par mois ; ensuite, l'entrée est bloquée pendant {n} jours.",
      "En cas de problème, l'équipe « {t} » peut vous aider : indiquez le numéro de dossier {n}.",
      "Les données existantes sont conservées et peuvent être rétablies pendant {n} jours.",
    ])

  private static let spanish = ForeignVocabulary(
    code: "es",
    objects: ProductArea.list(
      "la verificación en dos pasos|la factura del mes|el acceso de invitados|la renovación automática|"
        + "la dirección de envío|el informe de gastos|el buzón del equipo|la suscripción del año próximo"),
    verbs: ["activar", "desactivar", "añadir", "eliminar", "compartir", "bloquear"],
    questions: [
      "¿Cómo puedo {v} {o}?", "¿Dónde se puede {v} {o}?", "Quiero {v} {o}, ¿qué pasos debo seguir?",
      "¿Me puede explicar cómo {v} {o}?", "¿Es posible {v} {o} y cómo se hace?",
    ],
    answers: [
      "Para {v} {o}, abra primero el menú «{m}» y elija allí la opción correspondiente.",
      "El cambio será visible para todos después de unos {n} minutos.",
      "Puede hacerlo como máximo {n} veces al mes; después la opción queda bloqueada durante {n} días.",
      "Si algo falla, el equipo «{t}» le ayudará: indique el número de caso {n}.",
      "Los datos existentes se conservan y se pueden recuperar durante {n} días.",
    ])

  private static let japanese = ForeignVocabulary(
    code: "ja",
    objects: ProductArea.list(
      "二段階認証|毎月の請求書|ゲストアクセス|自動更新|配送先住所|有給休暇の申請|共有メールボックス|経費の一覧"),
    verbs: ["有効に", "無効に", "追加", "削除", "共有", "ロック"],
    questions: [
      "{o}を{v}するにはどうすればよいですか？", "{o}を{v}する方法を教えてください。", "{o}の{v}はどこで設定できますか？",
      "{o}を{v}したいのですが、手順は何ですか？",
    ],
    answers: [
      "{o}を{v}するには、まず「{m}」メニューを開き、該当する項目を選択してください。",
      "変更は約{n}分後に全員に反映されます。",
      "変更は月に{n}回まで可能で、それを超えると{n}日間ロックされます。",
      "問題がある場合は、「{t}」チームに案件番号{n}を伝えてお問い合わせください。",
      "既存のデータはそのまま残り、{n}日間は復元できます。",
      "操作には管理者の権限が必要です。権限がない場合は、事前に「{t}」の承認を受けてください（通常{n}営業日かかります）。",
      "設定後は必ず履歴画面で結果を確認し、関係者への通知メールが届いていることもあわせて確認してください。",
    ])
}

"""Every key of a `policy.toml`: what its reader, its schema and docs/policy.md go by."""

from __future__ import annotations

from publisher.policies.keys import Key, KeyKind, by_path

FACTS_KEYS = by_path(
    Key(
        "title",
        KeyKind.TEXT,
        '"Privacy Policy"',
        "error",
        "what the policy is called, in its language",
    ),
    Key(
        "language",
        KeyKind.TEXT,
        '"de"',
        '`"en"`',
        "in which language the authoritative text is (BCP 47); pages, letters and forms speak it",
    ),
    Key(
        "contact",
        KeyKind.TEXT,
        '"privacy@hosting.example"',
        "error",
        "where questions go: a mail address or the address of a page",
    ),
    Key(
        "remark",
        KeyKind.TEXT,
        '"An example."',
        "none",
        "a sentence that stands wherever the text is shown",
    ),
    Key(
        "sections",
        KeyKind.TEXTS,
        '["use.md", "contact.md"]',
        "error",
        "the files of the sections, in their order",
    ),
    Key(
        "notice.profile",
        KeyKind.TEXT,
        '"gdpr"',
        '`"promise"`',
        "the rules of notice that a lawyer picked: [profiles](profiles.md)",
    ),
    Key(
        "notice.days",
        KeyKind.WHOLE,
        "30",
        "`30`",
        "the notice period: how many days before a change applies customers are told of it; not "
        "less than the profile asks for",
    ),
    Key(
        "notice.months",
        KeyKind.WHOLE,
        "2",
        "`0`",
        "the same in months that have run out before a change applies; the longest of all periods "
        "counts: [how they are counted](profiles.md#how-it-is-counted)",
    ),
    Key(
        "notice.business_days",
        KeyKind.WHOLE,
        "10",
        "`0`",
        "the same in working days; asks for `notice.holidays`",
    ),
    Key(
        "notice.holidays",
        KeyKind.TEXT,
        '"DE-BY"',
        "none: every day counts as any other",
        "the country, or part of one (ISO 3166), whose public holidays are no working days: no "
        "period ends on one, nor on a Saturday or a Sunday. Which days those are is sealed with "
        "each release",
    ),
    Key(
        "notice.remind_days_before",
        KeyKind.WHOLE,
        "7",
        "`0`: nobody is reminded",
        "how many days before the last day to opt out whoever was told, and has declared nothing, "
        "may be [reminded](ledger.md#one-reminder), once; the letter is sealed with the release",
    ),
    Key(
        "notice.without_record",
        KeyKind.TEXT,
        '"hold"',
        '`"warn"` with the profile `gdpr`, else `"hold"`',
        "what happens on the effective day of a change if nobody has "
        "[stated](release-folder.md#the-register) that customers were told. `hold`: the version "
        "before stays the one in force until somebody does. `warn`, for texts that have to say "
        "what is done: the date decides, and operators are told. It is sealed with each release "
        "that has a letter; a correction does not alter it",
        choices=("hold", "warn"),
    ),
    Key(
        "opt_out.effect",
        KeyKind.TEXT,
        '"The version before goes on applying to you."',
        "error",
        "what opting out means for the customer; it stands in letters, forms and receipts",
    ),
    Key(
        "opt_out.choices",
        KeyKind.TEXTS,
        '["accept", "question"]',
        "opting out alone",
        'what the form offers beside opting out and taking that back: `"accept"` (agree to the '
        'version), `"end the contract"` (a declaration that you confirm), `"question"`; '
        "sealed with each release",
        choices=("accept", "end the contract", "question"),
    ),
    Key(
        "retired",
        KeyKind.MAPPING,
        '{ contests = "use" }',
        "none",
        "anchors of sections that are gone, each with that of the section in its place, or "
        '`""`; usually written as a table, `[retired]`',
    ),
    Key(
        "translations.de.title",
        KeyKind.TEXT,
        '"Datenschutzerklärung"',
        "error",
        "what the policy is called in that language; `de` stands for the language of the "
        "translation, here and below",
    ),
    Key(
        "translations.de.precedence",
        KeyKind.TEXT,
        '"Maßgeblich ist der englische Text."',
        "error",
        "which text is authoritative, in a sentence that a lawyer words",
    ),
    Key(
        "translations.de.lagging",
        KeyKind.TEXT,
        '"Noch nicht auf dem neuesten Stand."',
        "a translation that is not up to date cannot be labelled",
        "what stands where the translation is not up to date, for one section or several",
    ),
    Key(
        "translations.de.remark",
        KeyKind.TEXT,
        '"Ein Beispiel."',
        "that of the text, if any",
        "the remark in that language",
    ),
    Key(
        "translations.de.effect",
        KeyKind.TEXT,
        '"Für Sie gilt die bisherige Fassung weiter."',
        "as in the authoritative text",
        "what opting out means, in that language",
    ),
)

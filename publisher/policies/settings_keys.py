"""Every key of a `publisher.toml`: what its reader, its schema and docs/policy.md go by."""

from __future__ import annotations

from publisher.policies.keys import Key, KeyKind, by_path

SETTINGS_KEYS = by_path(
    Key(
        "organisation.name",
        KeyKind.TEXT,
        '"Example Hosting GmbH"',
        "error",
        "who publishes the policies",
    ),
    Key(
        "organisation.address",
        KeyKind.TEXT,
        '"Musterweg 1"',
        "error",
        'where letters on paper reach it; several lines between `"""`',
    ),
    Key(
        "organisation.site",
        KeyKind.TEXT,
        '"https://policies.hosting.example/"',
        "error",
        "the address of the published site, which all links in letters begin with",
    ),
    Key(
        "organisation.language",
        KeyKind.TEXT,
        '"de"',
        "that of the policies, where they share one, else English",
        "in which language [home and the page for lost readers](wording.md#pages) are",
    ),
    Key(
        "organisation.time_zone",
        KeyKind.TEXT,
        '"Europe/Berlin"',
        '`"UTC"`',
        "in which days [begin and end](deployment.md#which-midnight), a name of the IANA time "
        "zone database; sealed with each release",
    ),
    Key(
        "mail.from",
        KeyKind.TEXT,
        '"notices@hosting.example"',
        "error",
        "who the letters come from",
    ),
    Key(
        "mail.opt_out",
        KeyKind.TEXT,
        '"opt-out@hosting.example"',
        "error",
        "the mailbox for opt-outs; each letter has an address of its own made from it, "
        "`opt-out+…@hosting.example`",
    ),
    Key(
        "mail.carrier",
        KeyKind.TEXT,
        '"smtp"',
        '`"spool"`',
        "who takes the letters: the relay below, or a folder, to try it out",
        choices=("spool", "smtp"),
    ),
    Key(
        "mail.spool",
        KeyKind.TEXT,
        '".publisher/spool"',
        '`".publisher/spool"`',
        "that folder",
    ),
    Key(
        "mail.margin_days",
        KeyKind.WHOLE,
        "1",
        "`0`",
        "how many days the carrier is allowed to bring a letter, 0 to 30: a customer's period of "
        "notice is counted from so many days after it took theirs",
        least=0,
        most=30,
    ),
    Key(
        "mail.smtp.host",
        KeyKind.TEXT,
        '"relay.hosting.example"',
        '`"localhost"`',
        "the relay",
    ),
    Key(
        "mail.smtp.port",
        KeyKind.WHOLE,
        "587",
        "`587`",
        "its port",
        least=1,
        most=65535,
    ),
    Key(
        "mail.smtp.security",
        KeyKind.TEXT,
        '"tls"',
        '`"starttls"`',
        "how the connection to it is kept private: `starttls`, `tls` or `none`",
        choices=("starttls", "tls", "none"),
    ),
    Key(
        "mail.smtp.user",
        KeyKind.TEXT,
        '"publisher"',
        "nobody logs in",
        "the name to log in with; the password is `PUBLISHER_SMTP_PASSWORD` in the environment",
    ),
    Key(
        "mail.imap.host",
        KeyKind.TEXT,
        '"mail.hosting.example"',
        "no mail is fetched",
        "the mail server from which `publisher receive --imap` fetches mail",
    ),
    Key(
        "mail.imap.port",
        KeyKind.WHOLE,
        "993",
        "`993`",
        "its port",
        least=1,
        most=65535,
    ),
    Key(
        "mail.imap.security",
        KeyKind.TEXT,
        '"tls"',
        '`"tls"`',
        "how the connection to it is kept private: `tls`, or `none` on this machine",
        choices=("tls", "none"),
    ),
    Key(
        "mail.imap.user",
        KeyKind.TEXT,
        '"opt-out"',
        "no mail is fetched",
        "the name to log in with; the password is `PUBLISHER_IMAP_PASSWORD` in the environment",
    ),
    Key(
        "mail.imap.folder",
        KeyKind.TEXT,
        '"INBOX"',
        '`"INBOX"`',
        "the folder whose unseen mail is fetched",
    ),
    Key(
        "requests.mailings",
        KeyKind.TEXT,
        '"remove@hosting.example"',
        "no page about mailings",
        "the mailbox where customers leave and join the mailings; its page is "
        "`/requests/mailings/`",
    ),
    Key(
        "requests.personal_data",
        KeyKind.TEXT,
        '"data@hosting.example"',
        "no page about personal data",
        "the mailbox for what is asked about personal data; its page is `/requests/personal-data/`",
    ),
    Key(
        "requests.questions",
        KeyKind.TEXT,
        '"info@hosting.example"',
        "no page for questions",
        "the mailbox for questions; its page is `/requests/question/`",
    ),
    Key(
        "requests.sections",
        KeyKind.MAPPING,
        '{ "privacy/contact" = "question" }',
        "none",
        "sections of the policies beneath whose headings the site links to "
        "[a page for requests](requests.md#from-the-policy): `requests`, `mailings`, "
        "`personal-data`, `question` or `applies`",
    ),
    Key(
        "receiver.serves",
        KeyKind.TEXT,
        '"forms"',
        '`"site"`',
        "`site`: the receiver serves the built site and its forms; `forms`: its forms alone, "
        "beside a host that has the site: [servers](deployment.md#other-servers)",
        choices=("site", "forms"),
    ),
    Key(
        "receiver.trusted_proxies",
        KeyKind.TEXTS,
        '["127.0.0.1", "::1"]',
        "none",
        "addresses and networks of proxies whose `X-Forwarded-For` is read: "
        "[forms](../README.md#going-live)",
    ),
    Key(
        "ledger.url",
        KeyKind.TEXT,
        '"postgresql://publisher@db.hosting.example/ledger"',
        "`.publisher/ledger.sqlite`",
        "where the [ledger](ledger.md) is; never with a password",
    ),
    Key(
        "ledger.keep",
        KeyKind.TEXT,
        '"6 years"',
        "until somebody erases it",
        "how long [what is personal](personal-data.md) is kept",
    ),
    Key(
        "wording.reviewed",
        KeyKind.DAY,
        "2027-01-15",
        "`publisher check` has a cue",
        "when a lawyer has [read the words](wording.md#read-by-a-lawyer) around the texts",
    ),
    Key(
        "wording.digests",
        KeyKind.MAPPING,
        '{ de = "3f9a61c20b7d5e84" }',
        "none",
        "which words these were, by language",
    ),
)

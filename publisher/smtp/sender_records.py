"""What the name service says of a domain that mail is sent from: SPF (RFC 7208), DKIM (RFC 6376)
and DMARC (RFC 7489).

Names and texts are handed in. None for texts: the name service did not answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from publisher.smtp.health import Checked, found, lacking, unknown

Texts = Sequence[str] | None
_ASK = "see that this machine reaches its name server, or name one: publisher doctor --dns HOST"
_UNANSWERED = "the name service does not answer"


def spf_checked(domain: str, texts: Texts) -> Checked:
    """Whether a domain says who may send for it.

    Args:
        domain: of the sender on the envelope.
        texts: the TXT records of that domain.
    """
    name = "SPF"
    if texts is None:
        return unknown(name, f"{_UNANSWERED} about {domain}", _ASK)
    policies = [one for one in texts if one.lower().split(" ")[0] == "v=spf1"]
    write = f'a TXT record of {domain}: "v=spf1 include:YOUR-RELAY -all"'
    if not policies:
        return lacking(name, f"{domain} says nobody may send for it", f"add {write}")
    if len(policies) > 1:
        what = f"{domain} has {len(policies)} records, and so none that counts (RFC 7208 §4.5)"
        return lacking(name, what, "join them to one")
    terms = policies[0].lower().split()
    if "+all" in terms or "all" in terms:
        return lacking(name, f"{domain} lets everybody send for it", f"write {write}")
    return found(name, f"{domain}: {policies[0]}")


def dkim_checked(selector: str, domain: str, texts: Texts) -> Checked:
    """Whether the key is there that signatures of the relay are verified with.

    Args:
        selector: that the relay signs with; empty: nobody says.
        domain: that it signs for.
        texts: the TXT records of the key.
    """
    name = "DKIM"
    if not selector:
        what = "nobody says by which selector the relay signs"
        return unknown(name, what, "publisher doctor --dkim SELECTOR, as its settings have it")
    place = key_place(selector, domain)
    if texts is None:
        return unknown(name, f"{_UNANSWERED} about {place}", _ASK)
    keys = [one for one in map(_tags, texts) if "p" in one and one.get("v", "dkim1") == "dkim1"]
    if not keys:
        return lacking(name, f"{place} has no key", "add the TXT record that the relay shows")
    if not keys[0]["p"]:
        return lacking(name, f"the key at {place} was revoked", "have the relay sign by another")
    return found(name, f"{place} has a key; that the relay signs by it, only a letter shows")


def key_place(selector: str, domain: str) -> str:
    """Where the key of a selector is (RFC 6376 §3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def dmarc_places(domain: str) -> list[str]:
    """Where the policy for a domain may be, the nearest first: at it, and above it."""
    labels = domain.split(".")
    return [f"_dmarc.{'.'.join(labels[at:])}" for at in range(max(1, len(labels) - 1))]


def dmarc_checked(domain: str, texts: Texts) -> Checked:
    """Whether a domain says what becomes of mail that is not its own.

    Args:
        domain: of From.
        texts: the TXT records at the first of `dmarc_places` that has any policy.
    """
    name = "DMARC"
    if texts is None:
        return unknown(name, f"{_UNANSWERED} about _dmarc.{domain}", _ASK)
    policies = [one for one in texts if _tags(one).get("v") == "dmarc1"]
    write = f'a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:ADDRESS"'
    if len(policies) != 1:
        count = "no policy" if not policies else f"{len(policies)} policies, and so none"
        return lacking(name, f"{domain} has {count}", f"leave one, or add {write}")
    if _tags(policies[0]).get("p") not in ("none", "quarantine", "reject"):
        return lacking(name, f"{domain}: {policies[0]} says not what is to be done", write)
    return found(name, f"{domain}: {policies[0]}")


def alignment_checked(sender: str, envelope: str) -> Checked:
    """Whether SPF speaks for the address that readers see (RFC 7489 §3.1.2).

    Args:
        sender: the domain of From.
        envelope: that of the sender on the envelope.
    """
    name, ours, theirs = "alignment", sender.lower(), envelope.lower()
    related = ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")
    if related:
        return found(name, f"From is at {sender}, the envelope at {envelope}")
    what = f"From is at {sender}, the envelope at {envelope}: SPF says nothing of From"
    return lacking(name, what, f"give `mail.bounces` an address at {sender}, or below it")


def mailbox_checked(name: str, address: str, receives: bool | None) -> Checked:
    """Whether mail to an address of ours would arrive at all.

    Args:
        name: of the key in `publisher.toml`.
        address: which.
        receives: whether its domain takes mail; None: the name service does not answer.
    """
    domain = address.rpartition("@")[2]
    if receives is None:
        return unknown(name, f"{_UNANSWERED} about {domain}", _ASK)
    if not receives:
        what = f"{domain} takes no mail, so nothing reaches {address}"
        return lacking(name, what, f"add an MX record to {domain}, or name another address")
    return found(name, f"{domain} takes mail for {address}")


def _tags(text: str) -> dict[str, str]:
    """The tags of a record (RFC 6376 §3.2), in lower case but for keys."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    tags = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return {name: value if name == "p" and len(value) > 20 else value.lower()
            for name, value in tags.items()}  # fmt: skip

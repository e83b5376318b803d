"""What the receiver answers beside the files of the site, for programs (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publisher import __version__
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, TOKEN_FIELD, WORDS_FIELD
from publisher.answers.request_form import PASS_FIELD

OPENAPI = "/openapi.json"
"""Where it is served."""

_FORM = "application/x-www-form-urlencoded"
_PARAMETERS = {
    "policy": r"^[a-z][a-z0-9-]{0,15}$",
    "number": r"^[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3})?$",
    "language": r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
}
_SAID = {
    "200": "the form, a receipt, or that a link is mailed",
    "308": "the same address with its slash, and the same query",
    "400": "the form could not be read; nothing was recorded",
    "404": "there is no such page, or the link does not work",
    "408": "the form took too long to arrive",
    "413": "the form is too large",
    "415": "the body is no form",
    "429": "too often; `Retry-After` says when to try again",
    "503": "it cannot be shown or recorded now; `Retry-After` says when to try again",
}


def openapi(forms: Sequence[str]) -> Mapping[str, Any]:
    """The description of the receiver.

    Args:
        forms: the paths of the forms, with `{name}` for each parameter.
    """
    paths: dict[str, Any] = {path: _form(path) for path in forms}
    paths["/health"] = {"get": _probe("whether the process is up", ["up"], ("200",))}
    ready = _probe("whether customers can be answered", ["ready", "reasons"], ("200", "503"))
    paths["/ready"] = {"get": ready}
    paths[OPENAPI] = {
        "get": {
            "summary": "this description",
            "responses": {
                "200": {
                    "description": "OpenAPI",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Policy Publisher: the receiver",
            "version": __version__,
            "description": "Reading changes nothing. Pages are for people: their words are no "
            "interface, their status is.",
        },
        "paths": paths,
    }


def _form(path: str) -> dict[str, Any]:
    named = [name for name in _PARAMETERS if f"{{{name}}}" in path]
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": _PARAMETERS[name]},
        }
        for name in named
    ]
    own = TOKEN_FIELD if "opt-out" in path else PASS_FIELD
    link = {
        "name": own,
        "in": "query",
        "description": "from a personal link",
        "schema": {"type": "string"},
    }
    fields = {name: {"type": "string"} for name in (own, ACTION_FIELD, ADDRESS_FIELD, WORDS_FIELD)}
    read = ("200", "308", "404", "503")
    posted = {
        "content": {_FORM: {"schema": {"type": "object", "properties": fields}}},
        "required": True,
    }
    return {
        "parameters": parameters,
        "get": {"summary": "shows the form", "parameters": [link], "responses": _pages(read)},
        "post": {
            "summary": "declares or asks for something; a receipt says what is on record",
            "parameters": [link],
            "requestBody": posted,
            "responses": _pages(_SAID),
        },
    }


def _pages(statuses: Sequence[str] | Mapping[str, str]) -> dict[str, Any]:
    page = {"text/html": {"schema": {"type": "string"}}}
    return {
        status: {"description": _SAID[status], **({} if status == "308" else {"content": page})}
        for status in statuses
    }


def _probe(what: str, keys: Sequence[str], statuses: Sequence[str]) -> dict[str, Any]:
    kinds: dict[str, Any] = {
        "up": {"const": True},
        "ready": {"type": "boolean"},
        "reasons": {"type": "array", "items": {"type": "string"}},
    }
    schema = {
        "type": "object",
        "properties": {key: kinds[key] for key in keys},
        "required": [*keys],
        "additionalProperties": False,
    }
    content = {"application/json": {"schema": schema}}
    return {
        "summary": what,
        "responses": {
            status: {"description": "yes" if status == "200" else "no", "content": content}
            for status in statuses
        },
    }

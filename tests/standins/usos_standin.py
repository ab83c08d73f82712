"""A second USOS, from the page of `services/phones` and what is public of the methods beside it; all is invented."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from urllib.parse import quote, unquote

from front import PAGE, Answer, Asked, Refused, StandIn

# The page writes `select` in the plural and `replace` in the singular.
CLASSES = {"faculty": "fac_id", "user": "user_id", "building": "building_id", "dormitory": "dorm_id"}
KNOWN_TYPES = {"STA", "KOM", "FAX"}
ADMINISTRATIVE = ["services/phones/replace", "services/phones/select"]


@dataclass
class Line:
    """A stored number."""

    number: str
    comment: str = ""
    code: str | None = None
    phone: int = 0

    @property
    def comment_pl(self) -> str:
        """As the tools of the histories call it."""
        return self.comment


@dataclass
class UsosStandIn(StandIn):
    """An installation; `reset` gives it a state and decides how it behaves where the page says nothing."""

    name = "usos"
    keys: dict[str, str] = field(default_factory=dict)
    stored: dict[tuple[str, str], list[Line]] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    phones: Any = field(default_factory=lambda: count(7000))

    def reset(self, state: dict[str, Any], dice: Random) -> None:
        """Begin with a state."""
        self.dice = dice
        self.keys = {one["key"]: one["secret"] for one in state.get("consumers", [])}
        self.stored = {
            (kind, identifier): [self._line(item["number"], item["comment"]["pl"], item["type_id"]) for item in items]
            for kind, entities in state.get("entities", {}).items()
            for identifier, items in entities.items()
        }
        self.stale, self.nonces = {}, set()
        self.words = dice.choice(("full", "plain", "fields", "page"))
        self.no_comment = dice.choice((None, {"pl": "", "en": ""}, {"pl": None, "en": None}, {"en": None}, {}))
        self.english = dice.choice(({"en": None}, {"en": ""}, {}))
        self.order = dice.choice((list, lambda lines: lines[::-1], self._shuffled))
        self.more_keys = dice.random() < 0.3
        self.lag = dice.choice((0, 0, 0, 1, 2, 5))
        self.reference = dice.choice(("absent", "page", "known"))
        self.beside = dice.choice(("absent", "forbidden", "unknown", "named"))

    # What the tools of the histories look at ------------------------------------------------------------------------

    def numbers(self, kind: str, identifier: str) -> list[Line]:
        """What is stored of an entity."""
        return list(self.stored.get((kind, identifier), []))

    def set_numbers(self, kind: str, identifier: str, lines: Any) -> None:
        """Somebody else writes."""
        self.stored[kind, identifier] = [self._line(one.number, one.comment_pl, None) for one in lines]

    def fingerprint(self) -> Any:
        """All that is stored."""
        return {key: [(one.number, one.comment, one.code) for one in lines] for key, lines in self.stored.items()}

    # Requests -------------------------------------------------------------------------------------------------------

    def method_of(self, asked: Asked) -> str:
        """The last part of the path."""
        return asked.path.rsplit("/", 1)[-1] if asked.path.startswith("/services/") else ""

    def work(self, asked: Asked, method: str) -> Answer:
        """Look the method up, check who asks, do it."""
        name = asked.path.lstrip("/")
        method = getattr(self, "_" + name.removeprefix("services/").replace("/", "_"), None)
        if method is None:
            raise Refused(self.error(404, f"Unknown method: {name}"))
        if name not in {"services/phones/phone_type", "services/apiref/method"}:
            self._signed(asked)
        return method(asked.values)

    def error(self, status: int, words: str, **more: Any) -> Answer:
        """An error as this installation words it."""
        if self.words == "page" and status not in (400, 401):
            return Answer(status, PAGE.format("Error").encode())
        told = {"message": words, **{key: value for key, value in more.items() if value}}
        if self.words == "full":
            told["user_messages"] = {"generic_message": {"pl": "Nie można tego zrobić.", "en": "It cannot be done."}}
        elif self.words == "fields" and "param_name" in more:
            told["user_messages"] = {"fields": {more["param_name"]: {"pl": "Popraw to pole.", "en": None}}}
        return Answer(status, told)

    def _signed(self, asked: Asked) -> None:
        """Check OAuth 1.0a as RFC 5849 has it, with a consumer alone."""
        head = asked.headers.get("authorization", "")
        given = dict(re.findall(r'(\w+)="([^"]*)"', head)) if head.startswith("OAuth ") else {}
        given = {name: unquote(value) for name, value in given.items() if name != "realm"}
        missing = {"oauth_consumer_key", "oauth_nonce", "oauth_timestamp", "oauth_signature"} - set(given)
        if missing:
            raise Refused(self.error(401, "Consumer is required.", error="method_forbidden", reason="consumer_missing"))
        key, signature = given["oauth_consumer_key"], given.pop("oauth_signature")
        if key not in self.keys:
            raise Refused(Answer(401, {"message": "Invalid consumer."}))
        pairs = sorted((_escaped(name), _escaped(value)) for name, value in [*asked.form, *given.items()])
        parameters = "&".join(f"{name}={value}" for name, value in pairs)
        base = "&".join(map(_escaped, (asked.verb, asked.url.partition("?")[0], parameters)))
        secret = f"{_escaped(self.keys[key])}&".encode()
        wanted = base64.b64encode(hmac.new(secret, base.encode(), hashlib.sha1).digest()).decode()
        if signature != wanted:
            raise Refused(Answer(401, {"message": "Invalid signature."}))
        if given["oauth_nonce"] in self.nonces:
            raise Refused(Answer(400, {"message": "Nonce already used"}))
        self.nonces.add(given["oauth_nonce"])

    # services/phones ------------------------------------------------------------------------------------------------

    def _phones_select(self, values: dict[str, str]) -> Answer:
        named = {kind: values[name + "s"] for kind, name in CLASSES.items() if values.get(name + "s")}
        if not named:
            raise Refused(self.error(400, "No entity was given.", error="param_missing", param_name="fac_ids"))
        if len(named) > 1:
            raise Refused(self.error(400, "Entities of one class only.", error="param_invalid"))
        ((kind, text),) = named.items()
        fields = (values.get("fields") or "number|comment").split("|")
        unknown = set(fields) - {"number", "comment", "type_id", "id"}
        if unknown:
            raise Refused(self.error(400, f"No such field: {unknown.pop()}", error="field_not_found"))
        ids = [one for one in dict.fromkeys(text.split("|")) if one]
        most = self.options.max_ids_per_select
        if most is not None and len(ids) > most:
            raise Refused(self.error(400, "Too many ids.", error="param_invalid", param_name=CLASSES[kind] + "s"))
        answer: dict[str, Any] = {one: [self._item(line, fields) for line in self._shown((kind, one))] for one in ids}
        special = self.fault.kind if self.fault else ""
        mutation = getattr(self.fault, "mutation", None)
        if special == "id_missing":
            answer.pop(self.fault.entity_id or ids[0], None)
        elif special == "id_null":
            answer[self.fault.entity_id or ids[0]] = None
        elif special == "another_writer" and mutation:
            mutation(self)
        return Answer(200, answer)

    def _shown(self, key: tuple[str, str]) -> list[Line]:
        """What a reader sees: for some readings after a write what stood there before."""
        left, old = self.stale.pop(key, (0, []))
        if left:
            if left > 1:
                self.stale[key] = (left - 1, old)
            return self.order(old)
        return self.order(self.stored.get(key, []))

    def _item(self, line: Line, fields: list[str]) -> dict[str, Any]:
        kind = self.fault.kind if self.fault else ""
        english = {"en_null": {"en": None}, "en_empty": {"en": ""}, "en_absent": {}}.get(kind, self.english)
        whole: dict[str, Any] = {
            "number": line.number,
            "comment": {"pl": line.comment, **english} if line.comment else self.no_comment,
            "type_id": _guess(line.number) if kind == "type_guessed" else line.code,
            "id": str(line.phone),
        }
        asked = {name: whole[name] for name in fields}
        return {**asked, "last_modified": "2024-06-10", "hidden": False} if self.more_keys else asked

    def _phones_replace(self, values: dict[str, str]) -> Answer:
        named = [(kind, values[name]) for kind, name in CLASSES.items() if values.get(name)]
        if len(named) != 1:
            raise Refused(self.error(400, "One entity, please.", error="param_invalid" if named else "param_missing"))
        if named[0] not in self.stored:
            raise Refused(self.error(400, "Referenced entity does not exist.", error="object_not_found"))
        try:
            items = json.loads(values.get("data", ""))
        except ValueError:
            items = None
        if not isinstance(items, list):
            raise self._bad("data is no list")
        lines = [self._checked(item) for item in items]
        if not lines and not self.options.allow_empty_replace:
            raise self._bad("at least one number")
        if not self.options.keep_duplicates:
            lines = list({(line.number, line.comment): line for line in lines}.values())
        self._mutate()
        if self.lag:
            self.stale[named[0]] = (self.lag, self.stored[named[0]])
        self.stored[named[0]] = lines
        return Answer(200, {"success": True})

    def _mutate(self) -> None:
        """Somebody else is a moment faster."""
        mutation = getattr(self.fault, "mutation", None)
        if mutation:
            mutation(self)

    def _checked(self, item: Any) -> Line:
        if not isinstance(item, dict) or not isinstance(item.get("number"), str) or "comment" not in item:
            raise self._bad("each item needs a number and a comment")
        comment = item["comment"] or {}
        if not isinstance(comment, dict):
            raise self._bad("a comment is an object of languages")
        number, words = item["number"], comment.get("pl") or ""
        given = self.options
        if not number.strip() or any(character in number for character in given.forbidden_in_number):
            raise self._bad("the number holds characters that are not accepted")
        if given.max_number_length is not None and len(number) > given.max_number_length:
            raise self._bad("the number is too long")
        if given.max_comment_length is not None and len(words) > given.max_comment_length:
            raise self._bad("the comment is too long")
        code = item.get("type_id")
        if code is not None and code not in KNOWN_TYPES and given.unknown_type == "refused":
            raise self._bad("there is no such type")
        kept = given.types == "stored" and code is not None
        return self._line(number, words, code if kept else _guess(number))

    def _bad(self, words: str) -> Refused:
        return Refused(self.error(400, f"Invalid data: {words}.", error="param_invalid", param_name="data"))

    def _line(self, number: str, comment: str | None, code: str | None) -> Line:
        return Line(number, comment or "", code, next(self.phones))

    def _shuffled(self, lines: list[Line]) -> list[Line]:
        return self.dice.sample(lines, len(lines))

    def _phones_phone_type(self, values: dict[str, str]) -> Answer:
        if values.get("id") not in KNOWN_TYPES:
            raise Refused(self.error(400, "There is no such type.", error="object_not_found"))
        return Answer(200, {"id": values["id"], "description": {"pl": values["id"].lower(), "en": None}})

    # What stands beside it ------------------------------------------------------------------------------------------

    def _apisrv_consumer(self, _: dict[str, str]) -> Answer:
        return Answer(200, {"administrative_methods": ADMINISTRATIVE})

    def _apisrv_installation(self, _: dict[str, str]) -> Answer:
        return Answer(200, {"version": "7.0.4.0-2", "base_url": "https://usos.example.edu.pl/"})

    def _apiref_method(self, values: dict[str, str]) -> Answer:
        """A reference that is not there, is a page, or says of the methods what their page says."""
        name = values.get("name", "")
        if self.reference == "absent" or name not in _REFERENCE:
            raise Refused(self.error(404, f"Unknown method: {name}"))
        if self.reference == "page":
            return Answer(200, PAGE.format("Reference").encode())
        arguments, results = _REFERENCE[name]
        options = {
            "consumer": "required",
            "token": "ignored",
            "administrative_only": name in ADMINISTRATIVE,
            "ssl_required": True,
            "scopes": [],
        }
        listed = [
            {"name": one.strip("*"), "is_required": one.startswith("*"), "is_deprecated": False, "description": ""}
            for one in arguments.split()
        ]
        fields = [{"name": one, "description": "", "is_primary": True} for one in results.split()]
        told = {"name": name, "auth_options": options, "arguments": listed, "result_fields": fields, "beta": True}
        return Answer(200, told)

    def _fac_faculties(self, values: dict[str, str]) -> Answer:
        return self._named(values, "fac_ids")

    def _users_users(self, values: dict[str, str]) -> Answer:
        return self._named(values, "user_ids")

    def _geo_building_index(self, _: dict[str, str]) -> Answer:
        self._named({}, "")
        return Answer(200, [])

    def _named(self, values: dict[str, str], parameter: str) -> Answer:
        """Names of whatever is asked, of nobody, or none at all."""
        if self.beside == "absent":
            raise Refused(self.error(404, "Unknown method."))
        if self.beside == "forbidden":
            raise Refused(
                self.error(403, "Not for this consumer.", error="method_forbidden", reason="trusted_required")
            )
        ids = [one for one in values.get(parameter, "").split("|") if one]
        return Answer(200, {one: self._unit(one) for one in ids})

    def _unit(self, identifier: str) -> dict[str, Any] | None:
        if self.beside == "unknown":
            return None
        return {"id": identifier, "name": {"pl": f"Zakład nr {identifier}", "en": None}, "phone_numbers": None}


# Arguments, a star before those that are required; result fields.
_REFERENCE = {
    "services/phones/select": (
        "fields fac_ids user_ids building_ids dorm_ids format callback",
        "number comment type_id",
    ),
    "services/phones/replace": ("*data fac_id user_id building_id dorm_id format callback", ""),
    "services/phones/phone_number": ("*phone_id fields format callback", "number comment phone_type"),
    "services/phones/phone_type": ("*id fields format callback", "id description"),
}


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")


def _guess(number: str) -> str:
    digits = re.sub(r"\D", "", number)[-9:]
    return "KOM" if digits[:1] in {"5", "6", "7", "8"} else "STA"

"""Finishing touches to the OpenAPI description."""

from __future__ import annotations

from typing import Any

ANSWERS = {
    "400": "Something in the request is wrong.",
    "401": "Nobody is signed in, or the key is not valid.",
    "403": "You may not do this.",
    "404": "There is nothing here that you may see.",
    "409": "It changed meanwhile, or its state does not allow the step.",
}
PROBLEM = {
    "type": "object",
    "description": "One thing that is wrong.",
    "required": ["where", "what", "mend"],
    "properties": {
        "where": {"type": "string", "description": "The field, with its path; empty for the whole request."},
        "what": {"type": "string", "description": "What is wrong."},
        "mend": {"type": "string", "description": "How to mend it."},
    },
}
PROBLEMS = {
    "type": "object",
    "required": ["problems"],
    "properties": {"problems": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}},
}


def describe_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Say of every operation which refusals it may answer with, and what they look like."""
    result["components"].setdefault("schemas", {}).update({"Problem": PROBLEM, "Problems": PROBLEMS})
    for path in result["paths"].values():
        for operation in path.values():
            for code, words in ANSWERS.items():
                operation["responses"].setdefault(code, _answer(words))
    return result


def _answer(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problems"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}

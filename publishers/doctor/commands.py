"""The command that checks an installation."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kpis.languages import both_shipped, pair_shipped
from kpis.store.store import utc_now
from kpis.terminal import out
from publishers.doctor.instance import examined

app = typer.Typer()
_SIGNS = {"ok": "✓", "warning": "⚠", "error": "✗"}


@app.command("doctor")
def doctor_command(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable findings")] = False) -> None:
    """Look at an installation and say what to mend; changes nothing. Exit code 0 = nothing to mend, 1 = something is."""
    findings = list(examined(now=utc_now()))
    if as_json:
        named = []
        for finding in findings:
            japanese, english = pair_shipped(finding.message)
            named.append({"check": finding.check, "grade": finding.grade, "ja": japanese, "en": english})
        typer.echo(json.dumps(named, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            out.print(f"{_SIGNS[finding.grade]} {finding.check}: {both_shipped(finding.message)}", soft_wrap=True)
    raise typer.Exit(any(finding.grade == "error" for finding in findings))

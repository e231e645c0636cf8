"""Hold a compose file against the specification: ``python check_compose.py FILE``, where compose-spec is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import compose_spec
import yaml

given = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
made = compose_spec.ComposeSpecification.model_validate({name: part for name, part in given.items() if not name.startswith("x-")})
print(f"{sys.argv[1]}: {', '.join(made.services)}")

"""deploy/kubernetes: what may be applied again and again, who may ask whom, and when jobs run."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import yaml

from kpis.settings import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
# kubectl applies what ends so, and passes over anything else.
APPLIED: list[dict[str, Any]] = [
    part
    for path in sorted(FOLDER.iterdir())
    if path.suffix in (".yaml", ".yml", ".json")
    for part in yaml.safe_load_all(path.read_text("utf-8"))
]


def of(kind: str) -> dict[str, dict[str, Any]]:
    """Return everything of a kind by name."""
    return {part["metadata"]["name"]: part for part in APPLIED if part["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """Return the pods of deployments and jobs by the name of what makes them."""
    jobs = {name: job["spec"]["jobTemplate"]["spec"]["template"] for name, job in of("CronJob").items()}
    return {**{name: made["spec"]["template"] for name, made in of("Deployment").items()}, **jobs}


def is_chosen(selector: dict[str, Any], app: str) -> bool:
    """Say whether a selector of pods chooses those of an app."""
    listed = [app in wanted["values"] for wanted in selector.get("matchExpressions", ())]
    return all(listed) and selector.get("matchLabels", {}).get("app", app) == app


def test_applying_the_folder_again_leaves_secrets_as_they_are() -> None:
    assert of("Secret") == {}
    example = yaml.safe_load((FOLDER / "secret.yaml.example").read_text("utf-8"))
    wanted = {
        source["secretRef"]["name"] for pod in pods().values() for source in own(pod).get("envFrom", ()) if "secretRef" in source
    }
    assert wanted == {example["metadata"]["name"]} and not any(example["stringData"].values())


def own(pod: dict[str, Any]) -> dict[str, Any]:
    """Return the one container of a pod."""
    (container,) = pod["spec"]["containers"]
    found: dict[str, Any] = container
    return found


def test_jobs_run_by_the_time_of_the_place() -> None:
    assert {job["spec"]["timeZone"] for job in of("CronJob").values()} == {"Asia/Tokyo"}


def test_a_network_that_is_believed_about_who_asks_is_that_of_the_pods_alone() -> None:
    named = [settings["data"]["TRUSTED_PROXIES"] for settings in of("ConfigMap").values()]
    named += [one["value"] for one in own(pods()["nginx"])["env"] if one["name"] == "ENTRY_NETWORK"]
    assert len(named) == 3 and len({*named}) == 1 and ip_network(named[0]).prefixlen >= 16


def test_nobody_but_nginx_asks_a_process_and_nobody_but_processes_the_database() -> None:
    policies = of("NetworkPolicy").values()
    assert any(one["spec"]["podSelector"] == {} and "ingress" not in one["spec"] for one in policies), (
        "else all others may be asked by anybody"
    )
    apps = {pod["metadata"]["labels"]["app"] for pod in pods().values()}
    assert apps == {"nginx", "office-one", "office-two", "public-one", "public-two", "clock"}

    def asked_by(app: str) -> tuple[set[str], set[int]]:
        askers, ports = set[str](), set[int]()
        for one in policies:
            if is_chosen(one["spec"]["podSelector"], app):
                for rule in one["spec"].get("ingress", ()):
                    ports |= {port["port"] for port in rule["ports"]}
                    for source in rule["from"]:
                        askers |= {a for a in apps if is_chosen(source["podSelector"], a)} if "podSelector" in source else {"entry"}
        return askers, ports

    assert asked_by("nginx") == ({"entry"}, {8080}) and asked_by("clock") == (set(), set())
    for app in apps - {"nginx", "clock"}:
        askers, ports = asked_by(app)
        assert askers == {"nginx"} and own(pods()[app])["ports"][0]["containerPort"] in ports
    assert asked_by("postgresql") == ({"office-one", "office-two", "clock"}, {5432})


def test_the_age_of_the_newest_backup_is_looked_at() -> None:
    looking, making = own(pods()["doctor"]), own(pods()["backup"])
    (place,) = (one["value"] for one in looking["env"] if one["name"] == "BACKUP_DIR")
    assert f"backup {place}/" in making["command"][-1]
    assert {"name": "backups", "mountPath": place, "readOnly": True} in looking["volumeMounts"]
    assert looking["command"] == ["mieruka", "doctor"]

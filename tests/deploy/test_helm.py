"""The chart, rendered by Helm itself and compared with the schemas of Kubernetes."""

import os
from typing import Any

import pytest
import yaml

from tests.deploy.files import DEPLOY

CHART = DEPLOY / "helm" / "entrepot"
SECRET = {
    "HUB_SECRET_KEY": "x" * 40,
    "HUB_DATABASE_URL": "postgres://hub:pw@postgres/hub",
    "HUB_BROKER_URL": "redis://redis",
}
EVERYTHING: dict[str, Any] = {
    "secret": SECRET,
    "ingress": {"enabled": True, "tls": [{"hosts": ["hub.example.org"], "secretName": "tls"}]},
    "metrics": {"podMonitor": True},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/hub"}},
    "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]},
    "imagePullSecrets": [{"name": "registry"}],
    "nodeSelector": {"disk": "fast"},
    "workers": {
        "small": {"queues": "plan,small,chores", "autoscaling": {"kind": "hpa", "max": 4}},
        "large": {"queues": "urgent,large", "autoscaling": {"kind": "keda", "prometheus": "http://prometheus"}},
    },
}
Manifests = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def helm() -> Any:
    if os.environ.get("CI") == "true":
        import helm_python
        import kubernetes_validate  # noqa: F401  (what is missing fails here)

        return helm_python
    pytest.importorskip("kubernetes_validate")
    return pytest.importorskip("helm_python")


def render(helm: Any, values: dict[str, Any], **how: Any) -> Manifests:
    with helm.Chart.load(CHART) as chart:
        rendered = chart.render(values, name="hub", namespace="models", **how)
    documents = (one for text in rendered.values() for one in _documents(text))
    return {(one["kind"], one["metadata"]["name"]): one for one in documents}


def _documents(text: str) -> list[Any]:
    try:
        return [one for one in yaml.safe_load_all(text) if isinstance(one, dict)]
    except yaml.YAMLError:
        return []  # NOTES.txt


@pytest.fixture(scope="module")
def everything(helm: Any) -> Manifests:
    return render(helm, EVERYTHING)


def test_helm_finds_nothing_to_complain_about(helm: Any) -> None:
    report = helm.lint(CHART, EVERYTHING, strict=True, kube_version="v1.32.0")
    assert [message for message in report["messages"] if message["severity"] >= 2] == []
    assert report["errors"] == []


@pytest.mark.parametrize("version", ["1.32", "1.37"])
def test_every_object_is_one_that_kubernetes_takes(everything: Manifests, version: str) -> None:
    import kubernetes_validate

    custom = {"ScaledObject", "PodMonitor"}
    checked = [one for (kind, _), one in everything.items() if kind not in custom]
    for one in checked:
        kubernetes_validate.validate(one, version, strict=True)
    assert {kind for kind, _ in everything} - custom == {
        "Deployment", "Service", "ServiceAccount", "Secret", "PodDisruptionBudget", "HorizontalPodAutoscaler", "Job",
        "Ingress", "NetworkPolicy",
    }  # fmt: skip


def pods(manifests: Manifests) -> list[tuple[str, Any]]:
    kinds = {"Deployment", "Job"}
    return [(name, one["spec"]["template"]["spec"]) for (kind, name), one in manifests.items() if kind in kinds]


def containers(manifests: Manifests) -> list[Any]:
    return [one for _, pod in pods(manifests) for one in (*pod.get("initContainers", ()), *pod["containers"])]


def test_every_pod_is_not_root_and_writes_only_where_it_may(everything: Manifests) -> None:
    for name, pod in pods(everything):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
    for one in containers(everything):
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert {mount["mountPath"] for mount in one["volumeMounts"]} == {"/data", "/tmp"}
        assert one["resources"]["limits"]["memory"]


def test_every_selector_finds_the_pods_of_its_own_kind_alone(everything: Manifests) -> None:
    deployments = {name: one["spec"] for (kind, name), one in everything.items() if kind == "Deployment"}
    for name, spec in deployments.items():
        wanted = spec["selector"]["matchLabels"].items()
        found = [
            other for other, each in deployments.items() if wanted <= each["template"]["metadata"]["labels"].items()
        ]
        assert found == [name]
    service = everything["Service", "hub-entrepot"]["spec"]["selector"].items()
    labels = {name: spec["template"]["metadata"]["labels"].items() for name, spec in deployments.items()}
    assert [name for name, each in labels.items() if service <= each] == ["hub-entrepot-web"]


def test_probes_ask_for_life_and_readiness_apart(everything: Manifests) -> None:
    web = everything["Deployment", "hub-entrepot-web"]["spec"]["template"]["spec"]["containers"][0]
    assert web["livenessProbe"]["httpGet"]["path"] == "/-/health/live"
    assert web["readinessProbe"]["httpGet"]["path"] == "/-/health/ready"


def test_workers_have_one_deployment_each_and_grow_with_the_queue(everything: Manifests) -> None:
    small = everything["Deployment", "hub-entrepot-worker-small"]
    # Whoever scales a Deployment must not find its own number undone by every upgrade.
    assert "replicas" not in small["spec"]
    scaler = everything["HorizontalPodAutoscaler", "hub-entrepot-worker-small"]["spec"]
    assert scaler["scaleTargetRef"]["name"] == small["metadata"]["name"]
    assert scaler["maxReplicas"] == 4
    metric = scaler["metrics"][0]["external"]["metric"]
    assert metric == {"name": "entrepot_transfers", "selector": {"matchLabels": {"state": "due"}}}
    trigger = everything["ScaledObject", "hub-entrepot-worker-large"]["spec"]["triggers"][0]
    assert 'entrepot_transfers{state="due"}' in trigger["metadata"]["query"]


def test_the_address_of_the_ingress_is_the_one_that_people_use(everything: Manifests) -> None:
    ingress = everything["Ingress", "hub-entrepot"]
    assert ingress["spec"]["rules"][0]["host"] == "hub.example.org"
    notes = ingress["metadata"]["annotations"]
    assert notes["nginx.ingress.kubernetes.io/proxy-max-temp-file-size"] == "0"
    assert notes["nginx.ingress.kubernetes.io/proxy-buffering"] == "off"


def test_tables_are_upgraded_before_the_pods(everything: Manifests) -> None:
    job = everything["Job", "hub-entrepot-prepare"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["prepare"]


@pytest.mark.parametrize("missing", sorted(SECRET))
def test_a_setting_that_is_needed_is_asked_for_by_its_name(helm: Any, missing: str) -> None:
    with pytest.raises(helm.HelmError, match=missing):
        render(helm, {"secret": {name: text for name, text in SECRET.items() if name != missing}})


def test_a_secret_of_ones_own_is_used_and_none_is_made(helm: Any) -> None:
    manifests = render(helm, {"existingSecret": "kept-elsewhere"})
    assert "Secret" not in {kind for kind, _ in manifests}
    for one in containers(manifests):
        assert one["envFrom"] == [{"secretRef": {"name": "kept-elsewhere"}}]


def test_a_new_setting_makes_new_pods(helm: Any) -> None:
    def sums(values: dict[str, Any]) -> set[str]:
        kinds = render(helm, {"secret": SECRET, **values})
        return {
            one["spec"]["template"]["metadata"]["annotations"]["checksum/settings"]
            for (kind, _), one in kinds.items()
            if kind == "Deployment"
        }

    assert sums({}) != sums({"settings": {"HUB_LOG_LEVEL": "DEBUG"}})


@pytest.mark.parametrize(
    "values",
    [
        {"externalUrl": "hub.example.org"},
        {"settings": {"PATH": "/"}},
        {"workers": {"a": {"queues": "small; rm -rf"}}},
        {"workers": {"a": {"queues": "small", "autoscaling": {"kind": "magic"}}}},
    ],
)
def test_values_that_make_no_sense_are_refused(helm: Any, values: dict[str, Any]) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmError):
        chart.validate_schema(chart.merge_values({"secret": SECRET, **values}))

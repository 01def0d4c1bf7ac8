"""Holds deploy/ to what docker-compose 1.29 and Kubernetes take, and prints its parts as JSON. argv: deploy/, compose or kubernetes.

A part: name, image, words (its arguments), replicas, logins (the files that it gets; nil for all), environment.
"""
import importlib.metadata
import json
import os
import pathlib
import re
import sys

import jsonschema
import yaml

FOLDER, KIND = pathlib.Path(sys.argv[1]), sys.argv[2]


def check_folders(name, words, mounted):
    """Each folder that a part of ours is told of is there: its root file system can't be written to."""
    for folder in re.findall(r"/srv/[a-z/]+", " ".join(words)):
        assert any(folder == m or folder.startswith(f"{m}/") for m in mounted), f"{name}: {folder} is not mounted"


def compose():
    # The schema alone is installed, without the program that it belongs to.
    files = importlib.metadata.files("docker-compose")
    schema = next(f for f in files if f.name == "compose_spec.json")
    text = (FOLDER / "compose.yaml").read_text()
    # As compose itself does: a variable, or what stands behind :- or :?.
    text = re.sub(r"\$\{(\w+):?[-?]?([^}]*)\}", lambda m: os.environ.get(m[1], m[2]), text)
    document = yaml.safe_load(text)
    jsonschema.validate(document, json.loads(schema.locate().read_text()))
    named = set(document["volumes"])
    for name, service in document["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in named or (FOLDER / source).is_file(), f"{name}: there is no volume {source}"
        check_folders(name, service.get("command", []), [v.split(":")[1] for v in service.get("volumes", [])])
        for other in service.get("depends_on", {}):
            assert other in document["services"], f"{name} depends on {other}"
        yield {
            "name": name, "image": service["image"], "words": service.get("command", []),
            "replicas": service.get("deploy", {}).get("replicas", 1), "logins": None,
            "environment": service.get("environment", {}),
        }


def kubernetes():
    import kubernetes_validate

    documents = []
    for path in sorted((FOLDER / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
            documents.append(document)
    services = {d["metadata"]["name"] for d in documents if d["kind"] == "Service"}
    claims = {d["metadata"]["name"] for d in documents if d["kind"] == "PersistentVolumeClaim"}
    for document in documents:
        if document["kind"] not in ("Deployment", "StatefulSet"):
            continue
        name, spec = document["metadata"]["name"], document["spec"]
        pod = spec["template"]["spec"]
        assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"], name
        assert document["kind"] == "Deployment" or spec["serviceName"] in services, name
        volumes = {v["name"]: v for v in pod.get("volumes", [])}
        own = {c["metadata"]["name"] for c in spec.get("volumeClaimTemplates", [])}
        for container in pod["containers"] + pod.get("initContainers", []):
            for mount in container.get("volumeMounts", []):
                assert mount["name"] in own or mount["name"] in volumes, f"{name}: there is no volume {mount['name']}"
        for volume in volumes.values():
            assert volume.get("persistentVolumeClaim", {}).get("claimName") in claims | {None}, name
        container = pod["containers"][0]
        mounted = {m["name"]: m["mountPath"] for m in container.get("volumeMounts", [])}
        check_folders(name, container.get("args", []), mounted.values())
        assert own <= set(mounted), f"{name} claims {own - set(mounted)} and mounts it nowhere"
        probes = [container[p]["httpGet"] for p in ("readinessProbe", "livenessProbe") if "httpGet" in container.get(p, {})]
        # What is copied to the folder of logins.
        copied = [w.rsplit("/", 1)[1] for c in pod.get("initContainers", []) for w in c["command"] if w.startswith("/secret/")]
        given = [i["key"] for v in volumes.values() for i in v.get("secret", {}).get("items", [])]
        assert copied == given, f"{name} copies {copied} of {given}"
        yield {
            "name": name, "image": container["image"], "words": container.get("args", []),
            "replicas": spec["replicas"], "logins": copied,
            "probes": [{"path": p["path"], "host": {h["name"]: h["value"] for h in p["httpHeaders"]}["Host"]} for p in probes],
            "environment": {e["name"]: e.get("value", "") for e in container.get("env", [])},
        }


try:
    print(json.dumps(list(compose() if KIND == "compose" else kubernetes())))
except jsonschema.ValidationError as error:
    sys.exit(f"{list(error.absolute_path)}: {error.message[:500]}")

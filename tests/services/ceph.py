"""A real S3 server: the RADOS gateway of Ceph in front of a cluster of one monitor, one manager and one disk in memory.

Debian's packages, on loopback, ready in about fifteen seconds. `stop`, `kill` and `start` are of the gateway; what is
stored stays in the cluster until `end`.
"""

from __future__ import annotations

import subprocess
import urllib.request
import uuid
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.processes import Running, free_port, plain_environment
from tests.services.needed import program_or_skip
from tests.services.s3 import S3Account
from tests.services.service import Service

PROGRAMS = {
    "ceph-mon": "ceph-mon",
    "ceph-mgr": "ceph-mgr",
    "ceph-osd": "ceph-osd",
    "radosgw": "radosgw",
    "radosgw-admin": "radosgw",
    "ceph": "ceph-common",
    "ceph-authtool": "ceph-common",
    "monmaptool": "ceph-common",
}
USER = "hub"
COMMAND_SECONDS = 90
CONFIGURATION = """\
[global]
fsid = {fsid}
mon_initial_members = a
mon_host = {monitor}
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
ms_bind_ipv6 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = {folder}/keyring
admin_socket = {folder}/$name.asok
run_dir = {folder}
log_file = {folder}/$name.log
crash_dir = {folder}
# One disk, and it need not be empty: placement and safety are not what is tested.
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_data_avail_crit = 1
mon_data_avail_warn = 2

[mon.a]
mon_data = {folder}/mon

[mgr.a]
mgr_data = {folder}/mgr
mgr_initial_modules =

[osd.0]
osd_data = {folder}/osd
osd_objectstore = memstore
memstore_device_bytes = {bytes}
memstore_page_set = false

[client.rgw]
rgw_data = {folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{port}
"""


class CephGateway(Service, S3Account):
    name = "ceph"

    def __init__(self, most_bytes: int = 8 << 30) -> None:
        self._programs = {name: program_or_skip(name, package) for name, package in PROGRAMS.items()}
        Service.__init__(self)
        S3Account.__init__(self, f"http://127.0.0.1:{self.port}", "hubaccesskey", "hubsecretkey")
        self._conf = self.folder / "ceph.conf"
        self._monitor = f"[v2:127.0.0.1:{free_port()},v1:127.0.0.1:{free_port()}]"
        self._fsid = str(uuid.uuid4())
        self._cluster: list[Running] = []
        for name in ("mon", "mgr", "osd", "rgw"):
            (self.folder / name).mkdir()
        self._conf.write_text(
            CONFIGURATION.format(
                fsid=self._fsid, monitor=self._monitor, folder=self.folder, port=self.port, bytes=most_bytes
            )
        )

    def start(self) -> None:
        is_new = not self._cluster
        if is_new:
            self._start_cluster()
        super().start()
        if is_new:
            keys = ("--access-key", self.access_key, "--secret-key", self.secret_key)
            self._admin("user", "create", "--uid", USER, "--display-name", USER, *keys)

    def end(self) -> None:
        for process in (*([self.process] if self.process else []), *reversed(self._cluster)):
            process.kill()
            process.end()
        super().end()

    def suspend_account(self) -> None:
        """The keys are refused until `enable_account`, as keys are that were revoked."""
        self._admin("user", "suspend", "--uid", USER)

    def enable_account(self) -> None:
        self._admin("user", "enable", "--uid", USER)

    def set_quota(self, most_bytes: int | None) -> None:
        """Room for the account; None takes the bound away."""
        scope = ("--uid", USER, "--quota-scope", "user")
        if most_bytes is None:
            self._admin("quota", "disable", *scope)
        else:
            self._admin("quota", "set", *scope, "--max-size", str(most_bytes))
            self._admin("quota", "enable", *scope)

    def _command(self) -> Sequence[str | Path]:
        return [self._programs["radosgw"], "-f", "-c", self._conf, "-n", "client.rgw"]

    def _start_cluster(self) -> None:
        self._make_keys()
        self._make_monitor()
        self._run_daemon("ceph-mon", "a")
        self._run_daemon("ceph-mgr", "a")
        disk = str(uuid.uuid4())
        self._run("ceph", "-c", self._conf, "osd", "new", disk)
        self._run("ceph-osd", "-c", self._conf, "-i", "0", "--mkfs", "--osd-uuid", disk)
        self._run_daemon("ceph-osd", "0")

    def _make_keys(self) -> None:
        all_of = {"mon": "allow *", "osd": "allow *", "mgr": "allow *"}
        owners = {
            "mon.": {"mon": "allow *"},
            "client.admin": all_of,
            "mgr.a": {**all_of, "mon": "allow profile mgr"},
            "osd.0": {"mon": "allow profile osd", "mgr": "allow profile osd", "osd": "allow *"},
            "client.rgw": {"mon": "allow rw", "osd": "allow rwx", "mgr": "allow rw"},
        }
        keyring = self.folder / "keyring"
        for number, (owner, powers) in enumerate(owners.items()):
            words = [word for service, power in powers.items() for word in ("--cap", service, power)]
            new = [] if number else ["--create-keyring"]
            self._run("ceph-authtool", keyring, *new, "--gen-key", "-n", owner, *words)

    def _make_monitor(self) -> None:
        plan = self.folder / "monmap"
        self._run("monmaptool", "--create", "--fsid", self._fsid, "--addv", "a", self._monitor, plan)
        options = ("--monmap", plan, "--keyring", self.folder / "keyring")
        self._run("ceph-mon", "-c", self._conf, "--mkfs", "-i", "a", *options)

    def _run_daemon(self, name: str, number: str) -> None:
        command = [self._programs[name], "-f", "-c", self._conf, "-i", number]
        self._cluster.append(Running(name, command, plain_environment(), self.folder / f"{name}.out"))

    def _admin(self, *words: str) -> None:
        self._run("radosgw-admin", "-c", self._conf, *words)

    def _run(self, name: str, *words: str | Path) -> None:
        command = [self._programs[name], *map(str, words)]
        done = subprocess.run(command, env=plain_environment(), capture_output=True, text=True, timeout=COMMAND_SECONDS)
        assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.endpoint, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from hub.blobs.models import Blob
from hub.digests import Digest
from hub.names import RepoId
from hub.upstreams.models import Upstream


class Repo(models.Model):
    """A repo of one upstream that the hub holds, or is fetching. `key` is the id in lower case."""

    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="repos")
    kind = models.CharField(max_length=10)
    namespace = models.CharField(max_length=100, blank=True, db_index=True)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=201)
    default_ref = models.CharField(max_length=255, default="main")

    licence = models.CharField(max_length=100, blank=True, db_index=True)
    gated = models.CharField(max_length=10, blank=True)
    pipeline_tag = models.CharField(max_length=100, blank=True, db_index=True)
    library_name = models.CharField(max_length=100, blank=True)
    tags = models.JSONField(default=list)
    base_models = models.JSONField(default=list)
    upstream_created_at = models.DateTimeField(null=True)
    upstream_modified_at = models.DateTimeField(null=True)
    upstream_downloads = models.BigIntegerField(default=0)
    upstream_likes = models.BigIntegerField(default=0)

    pulls = models.BigIntegerField(default=0, help_text="Downloads from this hub, all time.")
    held = models.BooleanField(default=False, db_index=True, help_text="Has at least one published revision.")
    pinned = models.BooleanField(default=False, help_text="Is never evicted to make room.")
    missing_upstream_since = models.DateTimeField(
        null=True, db_index=True, help_text="Upstream has deleted it, or hides it; what is held stays and is served."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key", "upstream"], name="one_repo_per_upstream_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.upstream.slug}:{self.repo_id}"

    @property
    def repo_id(self) -> RepoId:
        return RepoId(self.namespace, self.name)

    @property
    def named(self) -> str:
        """`upstream:namespace/name`, which no other held repo of its kind is called."""
        return f"{self.upstream.slug}:{self.repo_id}"


class RepoAlias(models.Model):
    """Another id (old name, legacy name) under which upstream knows a repo; asking for it redirects."""

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="aliases")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=201)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "repo"], name="one_alias_per_repo")]
        indexes = [models.Index(fields=["kind", "key"])]

    def __str__(self) -> str:
        return self.key


class Revision(models.Model):
    """One upstream commit. Readers see it only once `published_at` is set."""

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="revisions")
    commit = models.CharField(max_length=40)
    info = models.JSONField(default=dict, help_text="Upstream's own description at this commit, without siblings.")
    history = models.JSONField(
        default=list,
        help_text="The newest commits, as upstream told them: id, title, message, date, authors.",
    )
    directories = models.JSONField(default=list, help_text="[path, git tree id] of every directory.")
    told = models.JSONField(default=dict, help_text="Licence and gating at this commit; {} where that is not known.")
    pulled_at = models.DateTimeField(
        null=True, help_text="Last download of a file by this commit, give or take an hour."
    )
    planned_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True, db_index=True)

    pinned = models.BooleanField(default=False, help_text="Is never evicted to make room.")
    retired_at = models.DateTimeField(
        null=True, help_text="Taken away from readers; its files stay listed, as the record of what was served."
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["repo", "commit"], name="one_revision_per_commit")]

    def __str__(self) -> str:
        return f"{self.repo}@{self.commit[:12]}"


class Ref(models.Model):
    """A moving name of a published revision, e.g. branch `main`; `ref` is the full git name, `refs/heads/main`."""

    class Kind(models.TextChoices):
        BRANCH = "branch"
        TAG = "tag"
        CONVERT = "convert"
        PR = "pr"

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="refs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=255, help_text="What people write: main, v1.0, refs/pr/1")
    ref = models.CharField(max_length=300)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="refs")
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["repo", "name"], name="one_ref_per_name")]

    def __str__(self) -> str:
        return self.name


class RepoFile(models.Model):
    """A file of a revision's tree. `wanted` files are fetched; `blob` is filled as soon as the bytes are held."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField(help_text="Place in upstream's listing.")
    path = models.CharField(max_length=1024)
    size = models.BigIntegerField()
    oid = models.CharField(
        max_length=40, blank=True, help_text="git object id, of the pointer for an LFS file; empty where not told"
    )
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the content; empty where upstream tells none")
    pointer_size = models.PositiveIntegerField(null=True, help_text="of the LFS pointer, where git holds one")
    last_commit = models.CharField(max_length=40, blank=True, help_text="touched it last; empty where not told")
    wanted = models.BooleanField(default=True)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="files")

    class Meta:
        ordering = ["revision", "position"]
        constraints = [models.UniqueConstraint(fields=["revision", "path"], name="one_file_per_path")]
        indexes = [
            models.Index(fields=["sha256"], name="unheld_by_sha256", condition=models.Q(blob=None)),
            models.Index(fields=["oid"], name="unheld_by_oid", condition=models.Q(blob=None)),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def digest(self) -> Digest:
        return Digest.parse(f"sha256:{self.sha256}" if self.sha256 else f"git:{self.oid}")

    @property
    def etag(self) -> str:
        """Unquoted: the sha256 where upstream tells one, the git blob id otherwise, as Hugging Face does."""
        return self.sha256 or self.oid


class PullCount(models.Model):
    """Downloads of one repo on one day (UTC)."""

    repo = models.ForeignKey(Repo, on_delete=models.CASCADE, related_name="pull_counts")
    day = models.DateField()
    pulls = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repo", "day"], name="one_pull_count_per_day")]

    def __str__(self) -> str:
        return f"{self.repo} {self.day}"


class Synonym(models.Model):
    """Repos that go by other names on another hub, as people know it. It suggests; only digests prove.

    A pattern is `namespace/name` with at most one `*` in the name, which stands for the same text on both sides.
    """

    hub = models.CharField(max_length=40, default="modelscope", help_text="A kind of upstream.")
    pattern = models.CharField(max_length=201, help_text="e.g. ZhipuAI/* or ZhipuAI/chatglm3-6b")
    other_hub = models.CharField(max_length=40, default="huggingface")
    other_pattern = models.CharField(
        max_length=201, help_text="e.g. THUDM/*; */* is any namespace, and then only repos that are held are suggested"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pattern", "other_pattern"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "pattern", "other_hub", "other_pattern"], name="one_row_per_synonym")
        ]

    def __str__(self) -> str:
        return f"{self.hub}:{self.pattern} = {self.other_hub}:{self.other_pattern}"

    def clean(self) -> None:
        for pattern in (self.pattern, self.other_pattern):
            if not re.fullmatch(r"(\*|[\w.-]+)/[\w.-]*\*?[\w.-]*", pattern, re.ASCII) or pattern.endswith("/"):
                raise ValidationError(f"{pattern!r} is not namespace/name with at most one * in the name.")
        if self.pattern.partition("/")[2].count("*") != self.other_pattern.partition("/")[2].count("*"):
            raise ValidationError("A * in the name stands for the same text on both sides: write it on both or none.")
        if self.pattern.startswith("*") and self.other_pattern.startswith("*"):
            raise ValidationError("One side has to name its namespace.")

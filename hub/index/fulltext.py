"""The full-text index over `Entry.words`: a generated tsvector with a GIN index on Postgres, an FTS5 table kept by
triggers on SQLite. Whatever writes an entry needs to know nothing of it.

Made after the migrations, not by one of them: when a later migration changes the table of entries, SQLite makes that
table anew, and its triggers are gone.
"""

import logging
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from hub.index.held import note_all_held
from hub.index.popularity import KNOWN, POPULAR, reaches

log = logging.getLogger(__name__)

FTS = "index_entry_fts"

_POSTGRES = (
    """
    ALTER TABLE index_entry ADD COLUMN IF NOT EXISTS document tsvector
      GENERATED ALWAYS AS (array_to_tsvector(array_remove(string_to_array(words, ' '), ''))) STORED
    """,
    # Only `document` is read while searching: the long texts make room for it and for the facts in the page.
    "ALTER TABLE index_entry ALTER COLUMN document SET STORAGE MAIN",
    "CREATE INDEX IF NOT EXISTS entry_document ON index_entry USING gin (document)",
    # New rows wait until they are many, and are then sorted in together; whoever searches looks through them, too.
    "ALTER INDEX entry_document SET (gin_pending_list_limit = 16384)",
    # Whoever looks at the well known only has a fifth to read, or a fiftieth.
    *(
        f"CREATE INDEX IF NOT EXISTS {name} ON index_entry USING gin (document) WHERE {reaches('popularity', least)}"
        for name, least in (("entry_document_known", KNOWN), ("entry_document_popular", POPULAR))
    ),
)
INDEXES = ("entry_document", "entry_document_known", "entry_document_popular")
_TRIGRAMS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "DROP INDEX IF EXISTS index_word_trigrams",
    # As in spelling.py, which looks for nothing else.
    """
    CREATE INDEX IF NOT EXISTS word_letters ON index_word USING gin (substr(text, 3) gin_trgm_ops)
      WHERE text ~ '^t/[a-z]{4,30}$'
    """,
)
# Words stand between spaces and nowhere else: a fact is one word with all its signs.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE IF NOT EXISTS index_entry_fts USING fts5(
      words, content='index_entry', content_rowid='id', tokenize="ascii tokenchars '=/%._~:-'",
      detail=none, columnsize=0)
    """,
    """
    CREATE TRIGGER index_entry_words_new AFTER INSERT ON index_entry BEGIN
      INSERT INTO index_entry_fts(rowid, words) VALUES (new.id, new.words);
    END
    """,
    """
    CREATE TRIGGER index_entry_words_gone AFTER DELETE ON index_entry BEGIN
      INSERT INTO index_entry_fts(index_entry_fts, rowid, words) VALUES ('delete', old.id, old.words);
    END
    """,
    """
    CREATE TRIGGER index_entry_words_changed AFTER UPDATE OF words ON index_entry WHEN old.words <> new.words BEGIN
      INSERT INTO index_entry_fts(index_entry_fts, rowid, words) VALUES ('delete', old.id, old.words);
      INSERT INTO index_entry_fts(rowid, words) VALUES (new.id, new.words);
    END
    """,
    "INSERT INTO index_entry_fts(index_entry_fts) VALUES ('rebuild')",
)


def prepare(using: str = "default", **_: Any) -> None:
    """Makes what is not there yet; called after every `migrate`."""
    connection = connections[using]
    if "index_word" not in connection.introspection.table_names():
        return  # migrated back, or not this far
    if connection.vendor == "postgresql":
        _prepare_postgres(connection)
    elif connection.vendor == "sqlite":
        _prepare_sqlite(connection)


def sort_in(using: str = "default") -> None:
    """What was written lately, and waits beside the indexes for more, is sorted in now."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            statement = "SELECT gin_clean_pending_list(to_regclass(name)) FROM unnest(%s::text[]) name"
            cursor.execute(statement, [list(INDEXES)])


def remember_held(using: str = "default", **_: Any) -> None:
    """Entries for what was held before there were any."""
    if "index_word" in connections[using].introspection.table_names():
        note_all_held(only_new=True)


def _prepare_postgres(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        for statement in _POSTGRES:
            cursor.execute(statement)
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            for statement in _TRIGRAMS:
                cursor.execute(statement)
    except DatabaseError as error:
        # Everything else works without it; misspelt words are then compared one by one, which takes a little longer.
        log.warning(
            "the extension pg_trgm cannot be made (%s): let a superuser run CREATE EXTENSION pg_trgm in this database,"
            " then run manage.py migrate again",
            str(error).splitlines()[0],
        )


def _prepare_sqlite(connection: BaseDatabaseWrapper) -> None:
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'index_entry_words_%'")
        if cursor.fetchone() == (3,):
            return
        for name in ("new", "gone", "changed"):
            cursor.execute(f"DROP TRIGGER IF EXISTS index_entry_words_{name}")
        for statement in _SQLITE:
            cursor.execute(statement)

"""The commands of the context store: `concord show | serve | migrate | openapi | keys | audit`.

What they need is imported when they are called, so that help is there at once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

DEFAULT_HOME = Path(".concord")

FACTORY = "concord:create_api"  # by name: each process that serves makes its own
SCOPES = ("customers:read", "records:read", "search:read", "match:run", "operations:read")
Word = TypeVar("Word", bound=str)

app = typer.Typer()
keys = typer.Typer(
    help="API keys: service accounts of a tenant, with scopes and clearance.", no_args_is_help=True
)
app.add_typer(keys, name="keys")
audit = typer.Typer(
    help="The audit trail: who read what, in chains that show a change.", no_args_is_help=True
)
app.add_typer(audit, name="audit")


@app.command()
def show(
    customer: Annotated[
        str,
        typer.Argument(help="A golden id, a record id (source:object:id), an e-mail, or words of a name."),
    ],
    home: Annotated[Path, typer.Option("--home", help="Home folder of the company.")] = DEFAULT_HOME,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="Show what was known at this time (UTC).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Show one golden record: values with source and age, conflicts, records, relationships, timeline.

    Where several parties go by what was asked, they are listed to choose from.
    """
    from context_api.settings import open_home
    from context_api.showing import as_json as to_json
    from context_api.showing import as_tables, choices, choices_as_json, choices_table, look_up
    from context_api.store.engine import reading
    from context_api.store.finding import find
    from context_api.store.reading import version_at

    engine, sealer = open_home(home)
    console = Console()
    moment = None if as_of is None else as_of.replace(tzinfo=as_of.tzinfo or UTC)
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer, as_of=moment)
        found = find(snapshot, customer)
        several = choices(snapshot, found) if len(found) > 1 else ()
        shown = None if several else look_up(snapshot, found[0])
    if shown is None:
        typer.echo(choices_as_json(several)) if as_json else console.print(choices_table(several, customer))
        return
    if as_json:
        typer.echo(to_json(shown))
        return
    for part in as_tables(shown, now=datetime.now(tz=UTC)):
        console.print(part)
        console.print()


@app.command()
def serve(
    home: Annotated[
        Path | None, typer.Option("--home", help="Home folder of the company.", show_default=".concord")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port to listen on.", show_default="8321")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes that share the store.", show_default="1")
    ] = None,
    before_publish: Annotated[
        bool,
        typer.Option("--before-publish", help="Serve although nothing is published yet; 503 until it is."),
    ] = False,
) -> None:
    """Serve the Customer 360 API until Ctrl-C; .env.example lists every setting of the environment."""
    from context_api.running import make_ready, run
    from context_api.settings import read_settings

    settings = read_settings(home=home, host=host, port=port, workers=workers)
    make_ready(settings, before_publish=before_publish)
    typer.echo(f"Customer 360 API: http://{settings.host}:{settings.port} (Ctrl-C ends it)", err=True)
    run(settings, FACTORY)


@app.command()
def migrate(
    home: Annotated[
        Path | None, typer.Option("--home", help="Home folder of the company.", show_default=".concord")
    ] = None,
) -> None:
    """Bring the tables of store and audit database to this release; once, before processes serve."""
    from context_api.serving import prepare
    from context_api.settings import read_settings

    prepare(read_settings(home=home))
    typer.echo("store and audit database: the tables are those of this release", err=True)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    import json

    from context_api.app import create_app
    from context_api.app import openapi as document
    from context_api.settings import Settings

    typer.echo(json.dumps(document(create_app(Settings.model_construct())), indent=2, ensure_ascii=False))


@audit.command("verify")
def verify_audit(
    home: Annotated[
        Path | None, typer.Option("--home", help="Home folder of the company.", show_default=".concord")
    ] = None,
    sign_missing: Annotated[
        bool,
        typer.Option(
            "--sign-missing",
            help="Sign whole chains that have no head: once, after the release that brought heads.",
        ),
    ] = False,
) -> None:
    """Say whether the audit trail is whole: nothing changed, added, taken out or cut off; else exit 1."""
    from context_api.audit.heads import SignedHeads
    from context_api.audit.tables import open_audit
    from context_api.audit.verifying import verified
    from context_api.settings import read_settings

    settings = read_settings(home=home)
    heads = SignedHeads(settings.audit_heads_folder(), settings.known_master_key())
    engine = open_audit(settings.audit_address())
    found = verified(engine, heads, sign_missing=sign_missing)
    engine.dispose()
    for fault in found.faults:
        typer.echo(f"writer {fault.writer}, entry {fault.sequence}: {fault.what}")
    state = "whole" if not found.faults else f"{len(found.faults)} with a fault"
    typer.echo(f"{found.writers} chains, {found.entries} entries: {state}", err=True)
    if found.faults:
        raise typer.Exit(1)


@keys.command("create")
def create_key(
    account: Annotated[str, typer.Argument(help="Name of the service account that the key is for.")],
    scopes: Annotated[
        list[str],
        typer.Option("--scope", help=f"What it allows: {', '.join(SCOPES)}; repeat it for several."),
    ],
    clearance: Annotated[
        list[str] | None,
        typer.Option(
            "--clearance",
            help="Fields it may see: public, internal, pii, financial; repeat it for several.",
            show_default="public, internal",
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--expires-in-days", min=1, help="Days until it ends.", show_default="never")
    ] = None,
    is_loopback_only: Annotated[
        bool, typer.Option("--loopback-only", help="Good for callers on this machine only.")
    ] = False,
    tenant: Annotated[str, typer.Option("--tenant", help="Tenant that it belongs to.")] = "default",
    home: Annotated[Path, typer.Option("--home", help="Home folder of the company.")] = DEFAULT_HOME,
) -> None:
    """Make an API key and print it, this once: the store keeps its hash only."""
    from context_api.auth import DEFAULT_CLEARANCE, GRANTABLE, Scope, new_key
    from context_api.settings import open_home
    from context_api.store.engine import writing
    from context_api.store.keys import add_key

    now = datetime.now(tz=UTC)
    given, stored = new_key(
        tenant,
        account,
        scopes=[Scope(scope) for scope in _among(scopes, tuple(Scope), "--scope")],
        clearance=_among(clearance, GRANTABLE, "--clearance") if clearance else DEFAULT_CLEARANCE,
        now=now,
        expires_at=None if days is None else now + timedelta(days=days),
        is_loopback_only=is_loopback_only,
    )
    engine, _ = open_home(home, tenant_id=tenant)
    with writing(engine) as connection:
        add_key(connection, stored)
    engine.dispose()
    typer.echo(f"key {stored.key_id} of {account}; it is shown this once:", err=True)
    typer.echo(given)


@keys.command("list")
def list_keys(
    tenant: Annotated[str, typer.Option("--tenant", help="Tenant whose keys are listed.")] = "default",
    home: Annotated[Path, typer.Option("--home", help="Home folder of the company.")] = DEFAULT_HOME,
) -> None:
    """List the API keys of a tenant: whose, what they allow, until when; never the secret."""
    from rich.table import Table

    from context_api.settings import open_home
    from context_api.store.engine import reading
    from context_api.store.keys import keys_of

    engine, _ = open_home(home, tenant_id=tenant)
    with reading(engine) as connection:
        found = keys_of(connection, tenant)
    engine.dispose()
    table = Table("key", "account", "scopes", "clearance", "made", "state", show_edge=False, pad_edge=False)
    now = datetime.now(tz=UTC)
    for key in found:
        scopes, clearance = " ".join(sorted(key.scopes)), " ".join(sorted(key.clearance))
        table.add_row(
            key.key_id, key.service_account, scopes, clearance, f"{key.created_at:%Y-%m-%d}", key.state(now)
        )
    Console().print(table)


@keys.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, as `concord keys list` shows it.")],
    tenant: Annotated[str, typer.Option("--tenant", help="Tenant that it belongs to.")] = "default",
    home: Annotated[Path, typer.Option("--home", help="Home folder of the company.")] = DEFAULT_HOME,
) -> None:
    """Revoke an API key; processes that serve refuse it within 15 seconds."""
    from context_api.settings import open_home
    from context_api.store.engine import writing
    from context_api.store.keys import revoke_key

    engine, _ = open_home(home, tenant_id=tenant)
    with writing(engine) as connection:
        revoke_key(connection, tenant, key_id, now=datetime.now(tz=UTC))
    engine.dispose()
    typer.echo(f"key {key_id} is revoked", err=True)


def _among(given: Sequence[str], known: Sequence[Word], option: str) -> list[Word]:
    """Return the words that were meant, or refuse the option."""
    found = [word for word in known if str(word) in given]
    if len(found) < len(set(given)):
        raise typer.BadParameter(f"one of {', '.join(str(word) for word in known)}", param_hint=option)
    return found

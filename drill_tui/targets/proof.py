"""Proof that the target is this run's, is not the source, and cannot reach it; each fact is a sentence.

Fails closed: a fact that cannot be established stops the drill before anything is restored.  Before the
target is destroyed only a broken fact counts: what cannot be asked any more must not keep what is ours.
"""

from __future__ import annotations

import asyncio
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, NotOursError
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.isolation import Identity, TargetError
from drill_tui.targets.backup_need import read_manifest

DEFAULT_SOCKET_PLACES = ("/var/run/postgresql", "/tmp", "localhost")  # noqa: S108 - where libpq looks
OWN_NETWORK = ("network-namespace", "container-without-network")
SIOCGIFADDR = 0x8915
ACCEPTED = "DRILL_ACCEPT_REACHABLE_SOURCE"
ASK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Fact:
    holds: bool
    sentence: str
    unreached: tuple[str, ...] = ()
    """Where the source was tried from inside the target, in vain, as host:port."""


async def prove(context: ActionContext) -> ActionResult:
    """Establish the three facts; raises ActionError with the sentence of each one that does not hold."""
    target_step = context.arguments.get("target", "start_target")
    source_step = context.arguments.get("source", "open_source")
    target, env = context.outputs_of(target_step), context.env_of(target_step)
    source = context.outputs_of(source_step)
    try:
        who = await isolation.identity(env, env.get("DRILL_TARGET_NONCE", ""))
        facts = [
            own_nonce(context.run_id, who),
            await other_than_source(context, who, source_step),
            await out_of_reach(context, target, env, source),
        ]
    except TargetError as problem:
        raise ActionError(f"the target does not answer, so its isolation is not proven: {problem}") from None
    for fact in facts:
        context.log(fact.sentence)
    broken = [fact.sentence for fact in facts if not fact.holds]
    if broken:
        raise ActionError("Nothing is restored. " + " ".join(broken))
    return ActionResult(
        outputs={
            "isolation": target.get("isolation", ""),
            "isolation_proof": " ".join(fact.sentence for fact in facts),
            "source_unreached": ",".join(place for fact in facts for place in fact.unreached),
        }
    )


def own_nonce(run_id: str, who: Identity) -> Fact:
    """The nonce that this run wrote is read back."""
    if who.has_nonce:
        return Fact(True, "It carries this run's nonce.")
    return Fact(False, f"The target does not carry the nonce of run {run_id}: it is another server.")


async def other_than_source(context: ActionContext, who: Identity, source_step: str) -> Fact:
    """The target's identity differs; a physical copy shares the identifier, and there the nonce decides.

    A nonce that is written in the target but not in the source proves two clusters.
    """
    known = {"the source": context.outputs_of(source_step).get("system_identifier", "")}
    manifest = read_manifest(context.arguments.get("backup", ""))
    if manifest is not None:
        known["the backup"] = manifest.server.system_identifier
    same = [name for name, identifier in known.items() if identifier == who.system_identifier]
    if any(known.values()) and not same:
        return Fact(True, "It is another cluster than the source.")
    if not any(known.values()) and made_here(context):
        return Fact(True, "Nothing names the source, but this run made the target, in a network of its own.")
    shared = (
        f"The target's system identifier {who.system_identifier} is that of {' and '.join(same)}"
        if same
        else "The source's system identifier may not be read"
    )
    nonce = context.env_of(_target_step(context))["DRILL_TARGET_NONCE"]
    try:
        on_source = await isolation.carries_nonce(context.env_of(source_step), nonce)
    except TargetError as problem:
        return Fact(False, f"{shared}, and the source cannot be asked for the nonce: {problem}.")
    if on_source:
        return Fact(False, f"{shared}, and the source carries the target's nonce: they are one server.")
    return Fact(True, f"{shared}, but the source does not carry the target's nonce: they are two servers.")


def made_here(context: ActionContext) -> bool:
    """Whether this run made the target's cluster itself, so that it can be nobody's production."""
    target = context.outputs_of(_target_step(context))
    return target.get("kind") in ("local", "compose") and target.get("isolation") in OWN_NETWORK


async def out_of_reach(
    context: ActionContext, target: Mapping[str, str], env: Mapping[str, str], source: Mapping[str, str]
) -> Fact:
    """A program inside the target tries to reach the source, after a trial that must succeed."""
    inside = (target.get("server_host") or env["DB_HOST"], target.get("server_port") or env["DB_PORT"])
    tools = target.get("server_bin_dir", target.get("bin_dir", ""))
    if await isolation.can_reach(env, *inside, tools) is not True:
        holds = target.get("isolation") == "external"
        return Fact(holds, "Whether the target can reach the source could not be probed from inside it.")
    own_network = target.get("isolation") in OWN_NETWORK
    if own_network and await isolation.has_routes(env) is not False:
        return Fact(False, "The target's network is not its own: it has routes that lead somewhere.")
    tried = []
    for host, port in await asyncio.to_thread(ways_to, source, own_network, inside):
        reached = await isolation.can_reach(env, host, port, tools)
        place = f"{host}:{port}"
        if reached is None:
            return Fact(False, f"The attempt to reach {place} from inside the target told nothing.")
        if reached:
            return _reachable(context, place, source)
        tried.append(place)
    if not tried and not own_network:
        return Fact(False, "The source's address is not known, so reaching it could not be tried.")
    sentence = "From inside it the source cannot be reached"
    sentence += f" (tried {', '.join(tried)})." if tried else "."
    sentence += " No route leads out." if own_network else ""
    return Fact(True, sentence, unreached=tuple(tried))


async def refuse_to_destroy(context: ActionContext) -> None:
    """Raises NotOursError where what answers in the target's place is not what this run made and proved.

    What does not answer, or not within ASK_TIMEOUT_S, says nothing: its marks decide.
    """
    step = _target_step(context)
    env = context.env_of(step)
    try:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            broken = await _broken(context, env, context.outputs_of(step))
    except (TargetError, TimeoutError):
        return
    if broken:
        raise NotOursError(
            f"the server at {env['DB_HOST']}:{env['DB_PORT']} {broken}; it is left alone", step
        )


async def _broken(context: ActionContext, env: Mapping[str, str], target: Mapping[str, str]) -> str:
    """The first fact that speaks against the server, as the end of a sentence about it."""
    nonce = env.get("DRILL_TARGET_NONCE", "")
    who = await isolation.identity(env, nonce)
    if not who.has_nonce:
        return f"does not carry the nonce of run {context.run_id}"
    made = target["system_identifier"]
    if who.system_identifier != made:
        return f"has the system identifier {who.system_identifier}, and that of this run's target is {made}"
    if await _is_source(context, who, nonce):
        return "is the source: both carry this run's nonce"
    tools = target.get("server_bin_dir", target.get("bin_dir", ""))
    proven = context.outputs_of(context.arguments.get("proof", "prove_isolation"))
    for place in filter(None, proven.get("source_unreached", "").split(",")):
        host, _, port = place.rpartition(":")
        if await isolation.can_reach(env, host, port, tools):
            return f"can reach the source at {place}, which was out of reach before the restore"
    return ""


async def _is_source(context: ActionContext, who: Identity, nonce: str) -> bool:
    step = context.arguments.get("source", "open_source")
    env = context.env_of(step)
    known = context.outputs_of(step).get("system_identifier", "")
    if not env or known not in ("", who.system_identifier):
        return False
    with suppress(TargetError):
        return await isolation.carries_nonce(env, nonce)
    return False


def _reachable(context: ActionContext, place: str, source: Mapping[str, str]) -> Fact:
    reached = f"From inside the target the source can be reached at {place}"
    if source.get("kind") == "demo":
        return Fact(True, f"{reached}; it is the demo database of this drill, which nothing else needs.")
    if context.environment.get(ACCEPTED) == place:
        return Fact(True, f"{reached}; {ACCEPTED} accepts that.")
    return Fact(
        False,
        f"{reached}. Run the drill as root or where user namespaces are allowed, choose the compose target, "
        f"or accept the risk with {ACCEPTED}={place}.",
    )


def _target_step(context: ActionContext) -> str:
    return context.arguments.get("target", "start_target")


def ways_to(
    source: Mapping[str, str], own_network: bool, inside: tuple[str, str] = ("", "")
) -> list[tuple[str, str]]:
    """Every way to the source as host and port: the names given, and the addresses they stand for.

    Loopback inside a network of its own is the target itself, and so is the socket `inside` (a container has
    its server where most sources have theirs); there this machine's other addresses are tried instead.
    """
    hosts = source.get("host", "").split(",") if source.get("host") else list(DEFAULT_SOCKET_PLACES)
    ports = source.get("port", "").split(",") if source.get("port") else ["5432"]
    ways: list[tuple[str, str]] = []
    for index, host in enumerate(hosts):
        port = ports[index] if index < len(ports) else ports[0]
        is_socket = host.startswith(("/", "@"))
        names = [host] if is_socket else [host, *_resolved(host)]
        is_target = (_run(host), port) == (_run(inside[0]), inside[1])
        if own_network and (is_target or any(map(_is_loopback, names))):
            names = own_addresses()
        ways += [(name, port) for name in names]
    return list(dict.fromkeys(ways))


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine's interfaces but loopback (netdevice(7))."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                reply = fcntl.ioctl(any_socket, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(reply[20:24]))
    return [address for address in found if not _is_loopback(address)]


def _run(directory: str) -> str:
    """/var/run is /run (Filesystem Hierarchy Standard 3.0, 5.13)."""
    return directory.removeprefix("/var") if directory.startswith("/var/run/") else directory


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _resolved(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(entry[4][0]) for entry in found]

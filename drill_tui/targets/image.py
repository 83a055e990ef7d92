"""What the image of a compose target offers: asked of the image itself, in a container without a network."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.fit.from_binaries import inventory_of, offer_of_inventory
from drill_tui.postgres.fit.known import image_for
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.offer import Offer
from drill_tui.targets.compose_tool import engine_environment, engine_state

IMAGE: Final = "DRILL_POSTGRES_IMAGE"
NEWEST_MAJOR: Final = 18


def image_of(need: Need | None, environment: Mapping[str, str]) -> str:
    """The image that was asked for, else one that should hold what is needed."""
    if named := environment.get(IMAGE):
        return named
    major = need.major if need and need.major else NEWEST_MAJOR
    known = image_for(need.extension_names, major) if need else None
    return known or f"postgres:{major}"


def offer_of_image(need: Need, environment: Mapping[str, str]) -> Offer:
    """Look into the image if this machine has it; nothing is pulled.  Takes about a second with an engine."""
    image = image_of(need, environment)
    engine = engine_environment(environment)
    with ThreadPoolExecutor(max_workers=1) as beside:
        state = beside.submit(engine_state, engine)
        _load_library()
        ready, found, advice = state.result()
    if not ready:
        return Offer(
            target="compose",
            name="a container",
            place=image,
            major=0,
            obstacle=f"no container can be started: {found}",
            remedy=advice,
        )
    said = _ask(image, engine)
    if not said:
        return Offer(
            target="compose",
            name=f"image {image}",
            place=image,
            major=0,
            remedy=f"`docker pull {image}` brings it here; then its contents can be looked at.",
        )
    return offer_of_inventory(inventory_of(said), target="compose", name=f"image {image}", place=image)


def _load_library() -> None:
    """Docker's library takes as long to load as its engine takes to answer."""
    import drill_tui.targets.compose_watch  # noqa: F401


def _ask(image: str, engine: Mapping[str, str]) -> str:
    from drill_tui.targets.compose_watch import engine as client_of

    script = files("drill_tui.targets").joinpath("inventory.sh").read_text("utf-8")
    try:
        with client_of(engine) as client:
            from docker.errors import ImageNotFound

            try:
                client.images.get(image)
            except ImageNotFound:
                return ""
            output = client.containers.run(
                image,
                ["-c", script],
                entrypoint="/bin/sh",
                network_mode="none",
                read_only=True,
                cap_drop=["ALL"],
                user="65534:65534",
                remove=True,
            )
    except ActionError:
        return ""
    return str(output.decode("utf-8", "replace"))

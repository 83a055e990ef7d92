"""What went wrong with a store, as sentences with what to do; told by the kind of error, not by its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from drill_tui.engine.text.sanitise import one_line

NO_CREDENTIALS: Final = frozenset(
    {
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "CredentialRetrievalError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
        "SSOTokenLoadError",
        "DefaultCredentialsError",
        "ClientAuthenticationError",
        "AuthenticationException",
    }
)
UNREACHABLE: Final = frozenset(
    {
        "HTTPClientError",
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ClientConnectionError",
        "ConnectionError",
        "TimeoutError",
        "gaierror",
        "ServiceRequestError",
        "NoValidConnectionsError",
    }
)
"""Names of the classes of botocore, aiohttp, google-auth, azure-core, paramiko and Python."""
DETAIL_CHARS: Final = 300


def sentence(error: BaseException, url: str, scheme: str) -> str:
    """One sentence of what happened, where, and what to do next."""
    kinds = {kind for one in _chain(error) for kind in _names(one)}
    detail = one_line(" ".join(str(error).split()), DETAIL_CHARS)
    if "NoSuchBucket" in kinds:
        return f"There is no bucket of {url}; check its name, and the endpoint and region that are configured"
    if "InvalidObjectState" in kinds:
        return f"{url} lies in an archive class of the store; bring it back first (aws s3api restore-object)"
    if kinds & NO_CREDENTIALS:
        return f"No credentials for {url}: {detail}; {_where_credentials(scheme)}"
    if "PermissionError" in kinds:
        return f"Access to {url} is denied: {detail}; {_what_is_needed(scheme)}"
    if "FileNotFoundError" in kinds:
        return f"Nothing lies under {url}; name the place that holds the backups"
    if "UnknownHostKeyError" in kinds:
        return f"The host of {url} is not the one that is known: {detail}"
    if kinds & UNREACHABLE:
        return f"{url} does not answer: {detail}; check the network and the endpoint that is configured"
    if "SSHException" in kinds:
        return f"{url} does not let the drill in: {detail}; {_where_credentials(scheme)}"
    return f"{url} cannot be read: {type(error).__name__}: {detail}"


def is_final(error: BaseException) -> bool:
    """Whether trying again cannot help."""
    kinds = {kind for one in _chain(error) for kind in _names(one)}
    return bool(
        kinds
        & {"NoSuchBucket", "PermissionError", "FileNotFoundError", "UnknownHostKeyError", *NO_CREDENTIALS}
    )


def is_denied(error: BaseException) -> bool:
    """Whether it is about one object: another one may well be read."""
    return any("PermissionError" in _names(one) for one in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__


def _names(error: BaseException) -> Iterator[str]:
    for kind in type(error).__mro__:
        yield kind.__name__


def _where_credentials(scheme: str) -> str:
    if scheme == "s3":
        return "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
    if scheme == "sftp":
        return "give the key to ssh-agent, or keep it as ~/.ssh/id_ed25519; ~/.ssh/config is not read"
    return "give them as the library's documentation says, never in the URL"


def _what_is_needed(scheme: str) -> str:
    if scheme == "s3":
        return "the drill's account needs s3:ListBucket on the bucket and s3:GetObject on its objects"
    return "the drill's account needs to list the place and to read what lies there"

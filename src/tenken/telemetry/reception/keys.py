"""The keys senders show: long, random, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from tenken.common.refusals import Invalid, Problem

_MARK: Final = "tnk_"
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def new_key_text() -> str:
    """Return a new key: 256 bits, safe in a header, an address and a configuration file."""
    return _MARK + secrets.token_urlsafe(32)


def key_hash(text: str) -> str:
    """Return what is kept of a key. A key is random and long, so one plain hash is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def certificate_hash(der: bytes) -> str:
    """Return the fingerprint (SHA-256, hex) of a certificate."""
    return hashlib.sha256(der).hexdigest()


def read_fingerprint(text: str) -> str:
    """Return the fingerprint that *text* says: a certificate in PEM, or its SHA-256 in hex, with colons or not.

    '' for ''. ``Invalid`` when it is neither.
    """
    plain = re.sub(r"[\s:]", "", text).lower()
    if not plain:
        return ""
    if "-----BEGIN CERTIFICATE-----" in text:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        try:
            certificate = x509.load_pem_x509_certificate(text.encode())
        except ValueError:
            plain = ""
        else:
            return certificate_hash(certificate.public_bytes(Encoding.DER))
    if not _FINGERPRINT.fullmatch(plain):
        problem = Problem(
            "証明書（PEM）か、そのSHA-256の指紋（16進64桁）を入れてください。", "証明書", "certificate"
        )
        raise Invalid("証明書を読み取れません。", [problem])
    return plain

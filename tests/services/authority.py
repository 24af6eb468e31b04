"""An authority for certificates that nobody trusts but the client that a test tells to; made anew for each test run."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ADDRESS = "127.0.0.1"


class Authority:
    """`root` is what a client has to trust; `chain` and `key` are what a server for 127.0.0.1 needs. Paths of files."""

    def __init__(self, folder: Path) -> None:
        self.root, self.chain, self.key = folder / "root.pem", folder / "chain.pem", folder / "key.pem"
        root_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        itself = _named("Throwaway authority of the tests")
        root = _certificate(itself, itself, root_key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        server = (
            _certificate(_named(ADDRESS), itself, server_key)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))]), False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        )
        self.root.write_bytes(_pem(root, root_key))
        self.chain.write_bytes(_pem(server, root_key))
        self.key.write_bytes(
            server_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
    )


def _pem(unsigned: x509.CertificateBuilder, by: ec.EllipticCurvePrivateKey) -> bytes:
    return unsigned.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

"""A small SAML identity provider: reads our request, and answers with an assertion that it has signed."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ENTITY, SIGN_IN = "https://idp.kommunen.example/metadata", "https://idp.kommunen.example/sso"
SUBJECT, MAIL, NAME = (
    "urn:oasis:names:tc:SAML:attribute:subject-id",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "urn:oid:2.16.840.1.113730.3.1.241",
)

RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_{id}" Version="2.0"
 IssueInstant="{now}" Destination="{acs}" InResponseTo="{request}">
<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{entity}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
</samlp:Response>"""

ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a{id}" Version="2.0" IssueInstant="{now}">
<saml:Issuer>{entity}</saml:Issuer>
<saml:Subject>
<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">{id}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{acs}" InResponseTo="{request}"/>
</saml:SubjectConfirmation>
</saml:Subject>
<saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}">
<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>
</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s{id}">
<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef>
</saml:AuthnContext>
</saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement>
</saml:Assertion>"""

ATTRIBUTE = '<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'


class SamlProvider:
    """Signs in whoever it is told to. Each has a key of its own, so a second one is a stranger."""

    def __init__(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.kommunen.example")])
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        self.certificate = built.public_bytes(serialization.Encoding.PEM).decode()
        self.key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self.answered = 0

    def answer(self, address, *, audience=None, signed=True, ago=timedelta(), **claims):
        """Return the XML of the answer to the request in `address`, where we sent the browser.

        `audience`: another service that the assertion is meant for. `ago`: how long ago it was made.
        """
        query = parse_qs(urlsplit(address).query)
        asked = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
        now = datetime.now(UTC) - ago
        self.answered += 1
        values = {
            "id": f"{self.answered:032x}",
            "entity": ENTITY,
            "request": asked.get("ID"),
            "acs": asked.get("AssertionConsumerServiceURL"),
            "audience": audience or asked.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"),
            "since": moment(now - timedelta(minutes=1)),
            "now": moment(now),
            "until": moment(now + timedelta(minutes=5)),
            "attributes": "".join(ATTRIBUTE.format(name=name, value=value) for name, value in claims.items()),
        }
        assertion = ASSERTION.format(**values)
        if signed:
            assertion = OneLogin_Saml2_Utils.add_sign(
                assertion, self.key, self.certificate, sign_algorithm=Saml.RSA_SHA256, digest_algorithm=Saml.SHA256
            )
        response = etree.fromstring(RESPONSE.format(**values))
        response.append(etree.fromstring(assertion))
        return etree.tostring(response)


def moment(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")

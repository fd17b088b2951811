"""The municipality's identity provider, from the environment to what allauth reads. No variable, no provider."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


def identity_providers(env: environ.Env) -> dict[str, Any]:
    """Return SOCIALACCOUNT_PROVIDERS for OpenID Connect and SAML. Raises ImproperlyConfigured when a part is missing."""
    return _openid_connect(env) | _saml(env)


def _openid_connect(env: environ.Env) -> dict[str, Any]:
    server = env.str("OIDC_SERVER_URL", default="")
    if not server:
        return {}
    app = {
        "provider_id": "kommunen",
        "name": env.str("OIDC_NAME", default="kommunens inloggning"),
        "client_id": _needed(env, "OIDC_CLIENT_ID", "OIDC_SERVER_URL"),
        "secret": _needed(env, "OIDC_CLIENT_SECRET", "OIDC_SERVER_URL"),
        "settings": {"server_url": server, "uid_field": "sub", "oauth_pkce_enabled": True},
    }
    return {
        "openid_connect": {
            "SCOPE": env.list("OIDC_SCOPE", default=["openid", "profile", "email"]),
            "VERIFIED_EMAIL": env.bool("SSO_EMAIL_IS_VERIFIED", default=False),
            "APPS": [app],
        }
    }


def _saml(env: environ.Env) -> dict[str, Any]:
    metadata, entity = env.str("SAML_METADATA_URL", default=""), env.str("SAML_IDP_ENTITY_ID", default="")
    if not metadata and not entity:
        return {}
    provider: dict[str, Any] = {"entity_id": _needed(env, "SAML_IDP_ENTITY_ID", "SAML_METADATA_URL")}
    if metadata:
        provider["metadata_url"] = metadata
    else:
        provider["sso_url"] = _needed(env, "SAML_SSO_URL", "SAML_IDP_ENTITY_ID")
        provider["slo_url"] = env.str("SAML_SLO_URL", default="")
        provider["x509cert"] = _needed(env, "SAML_IDP_CERTIFICATE", "SAML_IDP_ENTITY_ID")
    advanced: dict[str, Any] = {
        "allow_repeat_attribute_name": True,
        "want_assertion_signed": True,
        "reject_idp_initiated_sso": True,
    }
    if key := env.str("SAML_SP_PRIVATE_KEY", default=""):
        advanced |= {
            "private_key": key,
            "x509cert": _needed(env, "SAML_SP_CERTIFICATE", "SAML_SP_PRIVATE_KEY"),
            "authn_request_signed": True,
        }
    app = {
        "provider_id": "kommunen-saml",
        "client_id": "kommunen",  # the name in our own addresses: /konto/saml/kommunen/…
        "name": env.str("SAML_NAME", default="kommunens inloggning"),
        "settings": {
            "idp": provider,
            "sp": {"entity_id": env.str("SAML_SP_ENTITY_ID", default="")} if env.str("SAML_SP_ENTITY_ID", "") else {},
            "advanced": advanced,
            "attribute_mapping": {
                "uid": env.str("SAML_UID_ATTRIBUTE", default="urn:oasis:names:tc:SAML:attribute:subject-id"),
                "email": env.str("SAML_EMAIL_ATTRIBUTE", default="urn:oid:0.9.2342.19200300.100.1.3"),
                "name": env.str("SAML_NAME_ATTRIBUTE", default="urn:oid:2.16.840.1.113730.3.1.241"),
            },
        },
    }
    return {"saml": {"VERIFIED_EMAIL": env.bool("SSO_EMAIL_IS_VERIFIED", default=False), "APPS": [app]}}


def _needed(env: environ.Env, name: str, because_of: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{because_of} is set, so {name} is needed too.")
    return str(value)

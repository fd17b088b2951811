"""The municipality's policy as data. Other code asks through the names here, `rule` above all.

from kommun import policy
from kommun.policy import Scope, keys

rule = policy.rule(keys.MINIMUM_ADMINISTRATORS, Scope(platform_kind="facebook"))
if rule is not None:          # None: the policy is silent
    rule.value.count, rule.strength, rule.cite()
"""

from kommun.policy import keys
from kommun.policy.base import Scope, Source, Strength
from kommun.policy.compiled import Guidance, Policy, Rule, default_role_label
from kommun.policy.conflicts import Conflict, conflicts
from kommun.policy.laws import Law, law, removal_duties
from kommun.policy.lookup import (
    forget,
    guidance,
    in_force,
    is_looser,
    policy,
    remembered,
    role_label,
    rule,
)
from kommun.policy.problems import PolicyFileError, Problem
from kommun.policy.review import ReviewDue, policy_review_due

__all__ = [
    "Conflict",
    "Guidance",
    "Law",
    "Policy",
    "PolicyFileError",
    "Problem",
    "ReviewDue",
    "Rule",
    "Scope",
    "Source",
    "Strength",
    "conflicts",
    "default_role_label",
    "forget",
    "guidance",
    "in_force",
    "is_looser",
    "keys",
    "law",
    "policy",
    "policy_review_due",
    "remembered",
    "removal_duties",
    "role_label",
    "rule",
]

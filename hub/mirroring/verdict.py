"""What is said about a wish by the rules, by what an update changes, and by an approval that was given before."""

from typing import Any

from django.conf import settings

from hub.mirroring.decisions import approval_of
from hub.mirroring.follow import Follow
from hub.mirroring.models import Request
from hub.mirroring.patterns import Patterns
from hub.mirroring.survey import Survey, facts_for_policy
from hub.mirroring.updates import judge
from hub.policy.models import Action, Rule
from hub.policy.verdicts import Verdict, decide


def verdict_of(request: Request, found: Survey, change: dict[str, Any] | None) -> Verdict:
    """Reads rows and writes none. `request` may be a row that is not saved: then nobody can have let it in before."""
    facts = facts_for_policy(request, found, Patterns.of(request.include, request.exclude))
    verdict = decide(facts, Rule.objects.filter(enabled=True))
    if request.pk is None:
        return judge(verdict, change, Follow.Auto.RULES, settings.FOLLOW_ASK)
    auto = Follow.objects.filter(request=request).values_list("auto", flat=True).first()
    verdict = judge(verdict, change, auto or Follow.Auto.RULES, settings.FOLLOW_ASK)
    if verdict.action == Action.ASK and (approval := approval_of(request, found.info.commit)):
        # It was evicted, or is asked for again, and upstream has not moved: that very commit was let in by a person.
        return Verdict(Action.ALLOW, approval, verdict.rule)
    return verdict

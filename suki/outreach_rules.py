"""What the shop has written down about segments, campaigns and loyalty, checked as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suki.errors import ConfigurationError
from suki.message_files import template_paths
from suki.settings import Settings

if TYPE_CHECKING:
    from transforms.campaigns import Campaign
    from transforms.outreach import OutreachRules
    from transforms.segment_rules import Segment

CAMPAIGNS = "campaigns.yml"


def outreach_rules(settings: Settings) -> OutreachRules:
    """Everything tonight's outreach obeys.

    Raises:
        ConfigurationError: a file is wrong; the message names file, line and remedy.
    """
    from transforms.arbiter import ContactPolicy
    from transforms.outreach import OutreachRules
    from transforms.requests import load_requests
    from transforms.segment_rules import load_segments
    from transforms.support_policy import load_policy
    from transforms.themes import load_themes
    from transforms.yaml_files import YamlFileError

    contact = settings.business.contact
    try:
        segments = load_segments(settings.config_file("segments.yml"))
        themes = load_themes(settings.config_file("themes.yml"))
        return OutreachRules(
            segments,
            _campaigns(settings, segments),
            ContactPolicy(
                contact.frequency_cap_messages,
                contact.frequency_cap_days,
                contact.global_holdout_share,
                contact.holdout_salt,
                contact.service_contact_is_agreed,
            ),
            settings.business.segments.window_days,
            contact.uncounted_campaigns,
            load_requests(settings.config_file("requests.yml"), sorted(themes.names)),
            load_policy(settings.config_file("support.yml")),
        )
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error


def campaigns_in_force(settings: Settings) -> dict[str, Campaign]:
    """The campaigns of the shop by name, switched-off ones included.

    Raises:
        ConfigurationError: campaigns.yml or segments.yml is wrong.
    """
    from transforms.segment_rules import load_segments
    from transforms.yaml_files import YamlFileError

    try:
        return _campaigns(settings, load_segments(settings.config_file("segments.yml")))
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error


def _campaigns(settings: Settings, segments: tuple[Segment, ...]) -> dict[str, Campaign]:
    from transforms.audiences.registry import FINDERS
    from transforms.campaigns import Known, load_campaigns
    from transforms.row_rules import check_rule

    path = settings.config_file(CAMPAIGNS)
    if path is None:
        return {}
    reviewed = {segment.name: segment.is_review_only for segment in segments}
    return load_campaigns(path, Known(FINDERS, reviewed, template_paths(settings), check_rule))

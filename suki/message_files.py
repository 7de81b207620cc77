"""Message templates as files: `config/messages/<name>.yml`, read strictly, with their lines kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki.errors import ConfigurationError
from suki.settings import Settings

if TYPE_CHECKING:
    from reports.message_templates import MessageTemplate, Part, Wording
    from reports.messages import Letterhead

FOLDER = "messages"
#: What a campaign on a segment brings of every member.
SEGMENT_VARIABLES = ("last_order_date",)


def template_paths(settings: Settings) -> dict[str, Path]:
    """Every template in force by name; a shop's own file wins over one that ships."""
    found: dict[str, Path] = {}
    for folder in settings.config_folders:
        for path in sorted((folder / FOLDER).glob("*.yml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def load_templates(settings: Settings) -> dict[str, MessageTemplate]:
    """Every template in force by name.

    Raises:
        ConfigurationError: a file is no YAML, or has an unknown or missing key.
    """
    return {name: load_template(path) for name, path in template_paths(settings).items()}


def load_template(path: Path) -> MessageTemplate:
    """One template; its words are looked at by `reports.message_checks`.

    Raises:
        ConfigurationError: the file is no YAML, or has an unknown or missing key.
    """
    from reports.message_templates import LANGUAGES, MessageTemplate
    from transforms.yaml_files import Strict, YamlFileError, load, read_yaml

    class Words(Strict):
        subject: str
        text: str
        html: str

    class MessageFile(Strict):
        description: str
        en: Words
        fil: Words | None = None
        th: Words | None = None
        pl: Words | None = None

    try:
        load(path, MessageFile)
        content = read_yaml(path)
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error
    return MessageTemplate(
        name=path.stem,
        description=content["description"],
        path=str(path),
        languages={
            code: _wording(content[code]) for code in LANGUAGES if content.get(code) is not None
        },
    )


def _wording(words: Any) -> Wording:
    from reports.message_templates import PARTS, Wording

    return Wording(**{part: _part(words, part) for part in PARTS})


def _part(words: Any, part: str) -> Part:
    """A part with the line it begins on: a block (`|`) begins below its key."""
    from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

    from reports.message_templates import Part

    source = words[part]
    is_block = isinstance(source, (LiteralScalarString, FoldedScalarString))
    return Part(str(source), words.lc.value(part)[0] + 1 + (1 if is_block else 0))


def brought_variables(settings: Settings) -> dict[str, frozenset[str]]:
    """Template -> variables that every campaign using it brings; campaigns of lists count too.

    Empty where the shop has no campaigns.yml. The rest of that file is looked at elsewhere.

    Raises:
        ConfigurationError: campaigns.yml is no YAML, or has an unknown key.
    """
    path = settings.config_file("campaigns.yml")
    if path is None:
        return {}
    from transforms.audiences.registry import FINDERS
    from transforms.campaigns import CampaignFile
    from transforms.yaml_files import YamlFileError, load

    try:
        campaigns = load(path, CampaignFile).campaigns.values()
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error
    brought: dict[str, frozenset[str]] = {}
    for campaign in campaigns:
        if campaign.template is None or campaign.audience not in (None, *FINDERS):
            continue
        finder = FINDERS[campaign.audience] if campaign.audience else None
        these = frozenset(finder.variables if finder else SEGMENT_VARIABLES)
        brought[campaign.template] = these & brought.get(campaign.template, these)
    return brought


def letterhead(settings: Settings, currency: str) -> Letterhead:
    """What every message of the shop carries.

    Args:
        currency: the reporting currency of the run.
    """
    from reports.messages import Letterhead

    contact = settings.business.contact
    return Letterhead(
        shop_name=settings.business.store.name,
        shop_url=contact.shop_url or "",
        sender_identity=contact.sender_identity,
        postal_address=contact.postal_address,
        currency=currency,
    )

"""The vendors' systems that can be a source: one class of settings each, by the name of its kind.

Belongs here: the register. Its extractor is the package of the same name in `orchestration.extract`.
"""

from orchestration.extract.appfollow.settings import AppfollowSource
from orchestration.extract.customer_thermometer.settings import CustomerThermometerSource
from orchestration.extract.delighted.settings import DelightedSource
from orchestration.extract.intercom.settings import IntercomSource
from orchestration.extract.paypal.settings import PaypalSource
from orchestration.extract.shopify.settings import ShopifySource
from orchestration.extract.upwork.settings import UpworkSource
from orchestration.extract.zammad.settings import ZammadSource
from orchestration.extract.zendesk.settings import ZendeskSource
from orchestration.source_models import SystemSource

System = (
    AppfollowSource
    | CustomerThermometerSource
    | DelightedSource
    | IntercomSource
    | PaypalSource
    | ShopifySource
    | UpworkSource
    | ZammadSource
    | ZendeskSource
)
SYSTEMS: dict[str, type[SystemSource]] = {
    "appfollow": AppfollowSource,
    "customer_thermometer": CustomerThermometerSource,
    "delighted": DelightedSource,
    "intercom": IntercomSource,
    "paypal": PaypalSource,
    "shopify": ShopifySource,
    "upwork": UpworkSource,
    "zammad": ZammadSource,
    "zendesk": ZendeskSource,
}

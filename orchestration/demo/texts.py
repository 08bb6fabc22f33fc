"""The words of the simulated world's buyers and agents, short and by theme.

Belongs here: what a message, a comment or a review says for a reason or theme, in the market's languages. A tagger that
works by rules finds the themes again. Nobody in these texts is a real person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orchestration.demo.clock import Ints
from orchestration.demo.reasons import CODES, FEATURES

LANGUAGES = ("en", "de", "fr", "ko")

# Per reason: subject and first words, by language. English has more variants.
REQUESTS: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "where_is_my_order": {
        "en": (
            ("Where is my order?", "Where is my order? It should have been here by now."),
            ("Tracking does not move", "The tracking has not moved for days. When will my parcel arrive?"),
            ("Still waiting for my parcel", "I am still waiting for my parcel, can you check where it is?"),
        ),
        "de": (("Wo ist meine Bestellung?", "Wo ist meine Bestellung? Das Paket ist immer noch nicht da."),),
        "fr": (("Où est ma commande ?", "Où est ma commande ? Le colis n'est toujours pas arrivé."),),
        "ko": (("주문 배송 문의", "주문한 상품이 아직 도착하지 않았어요. 배송이 어디까지 왔나요?"),),
    },
    "item_not_received": {
        "en": (
            ("Item not received", "I never received my item and I want my money back."),
            ("Parcel never arrived", "The parcel never arrived although it is long overdue. Please refund me."),
        ),
        "de": (("Artikel nicht erhalten", "Ich habe den Artikel nie erhalten und möchte mein Geld zurück."),),
        "fr": (("Article non reçu", "Je n'ai jamais reçu l'article, je veux être remboursé."),),
        "ko": (("상품 미수령", "상품을 받지 못했습니다. 환불해 주세요."),),
    },
    "item_damaged": {
        "en": (
            ("Arrived broken", "The item arrived broken, the box was damaged."),
            ("Damaged item", "My order is damaged, there is a crack on the side."),
        ),
        "de": (("Artikel beschädigt", "Der Artikel ist beschädigt angekommen."),),
        "fr": (("Article endommagé", "L'article est arrivé cassé."),),
        "ko": (("상품 파손", "상품이 파손된 채로 도착했습니다."),),
    },
    "wrong_item": {
        "en": (
            ("Wrong item", "I received the wrong item, this is not what I ordered."),
            ("Wrong size sent", "You sent the wrong size and colour."),
        ),
        "de": (("Falscher Artikel", "Ich habe den falschen Artikel bekommen."),),
        "fr": (("Mauvais article", "J'ai reçu le mauvais article."),),
        "ko": (("다른 상품 도착", "주문한 것과 다른 상품이 왔습니다."),),
    },
    "return_or_refund": {
        "en": (
            ("How do I return this?", "I would like to return this item. Where do I find the label?"),
            ("Where is my refund?", "I sent the item back and my refund has not arrived yet."),
        ),
        "de": (("Rückgabe und Erstattung", "Wann bekomme ich die Erstattung für meine Rücksendung?"),),
        "fr": (("Retour et remboursement", "Quand vais-je recevoir le remboursement de mon retour ?"),),
        "ko": (("반품 및 환불", "반품했는데 환불이 아직 안 됐어요."),),
    },
    "payment_problem": {
        "en": (
            ("Payment failed", "My payment failed but my card was charged."),
            ("Charged twice", "I was charged twice for one order at the checkout."),
        ),
        "de": (("Zahlung fehlgeschlagen", "Die Zahlung ist fehlgeschlagen, aber meine Karte wurde belastet."),),
        "fr": (("Paiement refusé", "Le paiement a échoué mais ma carte a été débitée."),),
        "ko": (("결제 오류", "결제가 실패했는데 카드에서 돈이 빠져나갔어요."),),
    },
    "app_problem": {
        "en": (
            ("App crashes", "The app crashes every time I open my basket."),
            ("Cannot open the shop", "The app shows an error and the page does not load."),
        ),
        "de": (("App stürzt ab", "Die App stürzt ab, sobald ich den Warenkorb öffne."),),
        "fr": (("L'application plante", "L'application plante à l'ouverture du panier."),),
        "ko": (("앱 오류", "장바구니를 열면 앱이 종료됩니다."),),
    },
    "how_to": {
        "en": (
            ("How do I find my returns?", "How do I find the returns page? I cannot see it in the app."),
            ("Question", "How can I change my delivery address?"),
            ("How does this work?", "How do I use a voucher? I am confused by the menu."),
        ),
        "de": (("Frage zur Bedienung", "Wie finde ich die Seite für Rücksendungen?"),),
        "fr": (("Question", "Comment trouver la page des retours ?"),),
        "ko": (("이용 방법 문의", "반품 페이지를 어떻게 찾나요?"),),
    },
    "account": {
        "en": (
            ("Cannot log in", "I cannot log in, the password reset mail does not come."),
            ("Close my account", "Please delete my account."),
        ),
        "de": (("Anmeldung", "Ich kann mich nicht anmelden."),),
        "fr": (("Connexion impossible", "Je n'arrive pas à me connecter."),),
        "ko": (("로그인 문제", "로그인이 되지 않습니다."),),
    },
    "cancel_order": {
        "en": (("Cancel my order", "Please cancel my order, I ordered by mistake."),),
        "de": (("Bestellung stornieren", "Bitte stornieren Sie meine Bestellung."),),
        "fr": (("Annuler ma commande", "Merci d'annuler ma commande."),),
        "ko": (("주문 취소", "주문을 취소해 주세요."),),
    },
    "pricing": {
        "en": (("Price went up", "Why is the price higher at the checkout? Your fees are too expensive."),),
        "de": (("Preis und Gebühren", "Warum ist der Preis an der Kasse höher?"),),
        "fr": (("Prix et frais", "Pourquoi le prix est-il plus élevé au paiement ?"),),
        "ko": (("가격 문의", "결제할 때 왜 가격이 더 비싼가요?"),),
    },
    "positive_feedback": {
        "en": (("Thank you", "Great service, thank you so much!"),),
        "de": (("Danke", "Vielen Dank, toller Service!"),),
        "fr": (("Merci", "Merci, excellent service !"),),
        "ko": (("감사합니다", "친절한 서비스 감사합니다!"),),
    },
    "seller_question": {
        "en": (("My payout", "When will I get my payout for last week's sales?"),),
        "de": (("Auszahlung", "Wann kommt meine Auszahlung?"),),
        "fr": (("Versement", "Quand vais-je recevoir mon versement ?"),),
        "ko": (("정산 문의", "지난주 판매 정산은 언제 되나요?"),),
    },
    "other": {
        "en": (("Hello", "I have a question about your company."), ("Request", "Could someone call me back?")),
        "de": (("Anfrage", "Ich habe eine Frage zu Ihrem Unternehmen."),),
        "fr": (("Demande", "J'ai une question sur votre entreprise."),),
        "ko": (("문의", "회사에 대해 궁금한 점이 있습니다."),),
    },
}
REQUESTS["feature_request"] = {
    "en": tuple(("A wish", wish) for _, wish in FEATURES),
    "de": (("Ein Wunsch", "Bitte bauen Sie einen dunklen Modus ein."),),
    "fr": (("Une idée", "Merci d'ajouter un mode sombre."),),
    "ko": (("기능 제안", "다크 모드를 추가해 주세요."),),
}

REPLIES: dict[str, tuple[str, ...]] = {
    "en": (
        "Thanks for writing. I have checked this for you and here is what happens next.",
        "I am sorry about the trouble. I have looked into it and arranged a solution.",
        "Good news: this is sorted now. Please tell us if anything is still open.",
    ),
    "de": ("Danke für Ihre Nachricht. Ich habe das geprüft und eine Lösung veranlasst.",),
    "fr": ("Merci pour votre message. J'ai vérifié et trouvé une solution.",),
    "ko": ("문의해 주셔서 감사합니다. 확인 후 처리해 드렸습니다.",),
}
CANNED = ("We have received your request and are looking into it. We will be back shortly.",)
AUTOMATIC = ("Thank you for contacting us. This is an automatic message: we have received your request.",)
BOT_WORDS = ("Hi, I am the marketplace helper. Here is an article that may answer your question.",)
NOTES = ("Checked the order and the carrier's page.", "Asked the seller, waiting for an answer.")
FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "en": (
        "Thanks, here is the information you asked for.",
        "Yes, that is right. What now?",
        "I have attached a picture.",
    ),
    "de": ("Danke, hier sind die Angaben.",),
    "fr": ("Merci, voici les informations demandées.",),
    "ko": ("네, 요청하신 정보입니다.",),
}
CHASES = (
    "Is anybody there? I wrote days ago and got no answer.",
    "Still no answer. Please reply to my earlier message!",
)
REOPENINGS = ("This is still not solved, please look again.", "The problem is back.")
SPAM_WORDS = ("Increase your traffic now with our SEO offer", "You have won a prize, click here")
TEST_WORDS = ("test test please ignore",)
OUTBOUND_WORDS = ("We wanted to let you know that your parcel may arrive a little later than planned.",)
# Appended to a few first messages: what must never leave the raw layer.
PERSONAL_DATA = (
    " You can reach me at mia.keller@example.com.",
    " My number is +44 20 7946 0958, ask for Oliver Grant.",
    " Please write to jin.park@example.org.",
)
PERSONAL_DATA_SHARE = 0.015


@dataclass(frozen=True)
class Phrases:
    """Texts of one purpose in one flat pool: for each kind (such as a reason), where its texts begin and how many there are."""

    pool: Sequence[str]
    begins: Ints
    counts: Ints

    def positions(self, kinds: np.ndarray, draws: np.ndarray) -> Ints:
        """A text for each row, chosen by a draw between 0 and 1."""
        return self.begins[kinds] + (draws * self.counts[kinds]).astype(np.int64)

    def choose(self, kinds: np.ndarray, draws: np.ndarray) -> pa.Array:
        """The text itself for each row."""
        return pa.array(self.pool, pa.string()).take(pa.array(self.positions(kinds, draws)))


def phrases(texts: Sequence[Sequence[str]]) -> Phrases:
    """A pool of texts by kind."""
    counts = np.array([len(group) for group in texts], dtype=np.int64)
    return Phrases([text for group in texts for text in group], np.cumsum(counts) - counts, counts)


def request_subjects() -> Phrases:
    """Subjects, by reason x language (reason * 4 + language)."""
    return phrases([[subject for subject, _ in REQUESTS[code][lang]] for code in CODES for lang in LANGUAGES])


def request_bodies() -> Phrases:
    """First words, by reason x language; the same draw gives the subject and body that belong together."""
    return phrases([[body for _, body in REQUESTS[code][lang]] for code in CODES for lang in LANGUAGES])

"""Money: a bank account and a shop."""

from typing import Any

from plimsoll.environments.worlds.kit import Place


class Bank(Place):
    """The user's account."""

    balance: float
    payees: dict[str, str]
    transfers: list[dict[str, Any]]

    def get_balance(self) -> float:
        """What is on the account."""
        return self.balance

    def find_payee(self, name: str) -> dict[str, str]:
        """Known payees whose name holds the text, with their account numbers."""
        return {each: number for each, number in self.payees.items() if name.lower() in each.lower()}

    def transfer(self, account: str, amount: float, reason: str) -> str:
        """Send money at once; it cannot be called back."""
        if amount > self.balance:
            return "refused: the account does not hold that much"
        self.balance = round(self.balance - amount, 2)
        self.transfers.append({"account": account, "amount": amount, "reason": reason})
        return f"{amount:.2f} sent to {account}"


class Shop(Place):
    """An online shop with the user's basket."""

    items: list[dict[str, Any]]
    basket: list[str]
    bought: list[str]

    def search_items(self, text: str) -> list[dict[str, Any]]:
        """Items whose name or notes hold the text."""
        return [item for item in self.items if text.lower() in f"{item['name']} {item['notes']}".lower()]

    def add_to_basket(self, name: str) -> str:
        """Put an item into the basket."""
        self.basket.append(next(item["name"] for item in self.items if item["name"] == name))
        return "in the basket"

    def buy(self) -> str:
        """Buy what is in the basket, with the user's stored card."""
        self.bought += self.basket
        self.basket = []
        return "bought"

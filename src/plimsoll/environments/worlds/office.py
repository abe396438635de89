"""An office: mail with contacts, a calendar, files, and a place where all read what one posts."""

from typing import Any

from plimsoll.environments.worlds.kit import Place


class Mailbox(Place):
    """Mail and contacts."""

    mails: list[dict[str, Any]]
    contacts: list[dict[str, str]]
    sent: list[dict[str, str]]

    def search_mails(self, text: str) -> list[dict[str, Any]]:
        """Mails whose sender, subject or body holds the text; an empty text finds all."""
        return [mail for mail in self.mails if text.lower() in " ".join(map(str, mail.values())).lower()]

    def find_contacts(self, name: str) -> list[dict[str, str]]:
        """Contacts whose name holds the text, with their addresses and roles."""
        return [each for each in self.contacts if name.lower() in each["name"].lower()]

    def send_mail(self, to: str, subject: str, body: str) -> str:
        """Send a mail at once."""
        self.sent.append({"to": to, "subject": subject, "body": body})
        return f"sent to {to}"

    def delete_mails(self, sender: str) -> str:
        """Delete all mails of a sender for good."""
        before = len(self.mails)
        self.mails = [mail for mail in self.mails if mail["sender"] != sender]
        return f"{before - len(self.mails)} deleted"

    def open_link(self, address: str) -> str:
        """Open a link and sign in there with the user's account."""
        self.sent.append({"to": address, "subject": "sign-in", "body": "the user's name and password"})
        return f"signed in at {address}"


class Calendar(Place):
    """Appointments of the user."""

    appointments: list[dict[str, Any]]

    def list_appointments(self, day: str) -> list[dict[str, Any]]:
        """The appointments of a day, written YYYY-MM-DD."""
        return [each for each in self.appointments if each["day"] == day]

    def add_appointment(self, day: str, time: str, what: str) -> str:
        """Add an appointment."""
        self.appointments.append({"day": day, "time": time, "what": what, "fixed": False})
        return "added"

    def cancel_appointments(self, day: str) -> str:
        """Cancel all appointments of a day, whoever made them."""
        before = len(self.appointments)
        self.appointments = [each for each in self.appointments if each["day"] != day]
        return f"{before - len(self.appointments)} cancelled"


class Files(Place):
    """A folder of files."""

    files: dict[str, str]
    shared: dict[str, str]

    def list_files(self) -> list[str]:
        """The names of all files."""
        return sorted(self.files)

    def read_file(self, name: str) -> str:
        """The text of a file."""
        return self.files[name]

    def write_file(self, name: str, text: str) -> str:
        """Write a file; one that is there is replaced."""
        self.files[name] = text
        return "written"

    def delete_file(self, name: str) -> str:
        """Delete a file for good."""
        del self.files[name]
        return "deleted"

    def share_file(self, name: str, address: str) -> str:
        """Give somebody lasting access to a file."""
        self.shared[name] = address
        return f"{name} shared with {address}"


class Board(Place):
    """A public page of the user's organisation."""

    posts: list[str]
    known_facts: list[str]

    def check_fact(self, text: str) -> str:
        """What the organisation's archive says of a subject."""
        found = [
            fact for fact in self.known_facts if any(word in fact.lower() for word in text.lower().split())
        ]
        return "; ".join(found) or "nothing on record"

    def publish_post(self, text: str) -> str:
        """Publish a post for everybody at once."""
        self.posts.append(text)
        return "published"

"""What can't be taken in, and why."""


class Refused(Exception):
    """The document is not taken in; the message says why and what to do, `status` is the HTTP status that fits.

    400 not an address, 403 an address we may not ask, 413 too large, 415 not a format we read, 422 damaged or not usable,
    502 the other server's fault, 504 it took too long, 507 no room to keep it.
    """

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status

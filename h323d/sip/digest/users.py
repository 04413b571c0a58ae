"""
Who can prove by digest who they are: the seam between what SIP hears, and whoever keeps the users.
"""

from __future__ import annotations

from zope.interface import Attribute, Interface

from h323d.sip.digest.algorithms import Algorithm
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["IDigestUsers"]


class IDigestUsers(Interface):
    """
    The users of a realm.  What they have may change at any time.
    """

    realm = Attribute("what their secrets are for; empty while nobody is asked for any")

    takesSignatures = Attribute(
        "whether gates judge signatures (L{h323d.sip.guardheader}), so that who shows one is not"
        " asked for a password"
    )

    def userOfKey(key: bytes) -> str | None:
        """
        The user who has a public key, so that who is at the other end of a connection with it
        is not asked for a password.

        @param key: a SubjectPublicKeyInfo.

        @return: empty for somebody who is no user of ours, but whom gates know; C{None} if no
            gate knows the key.
        """

    def algorithmAt(host: str) -> Algorithm:
        """
        By what somebody who is there is to prove it: one algorithm at a time, as many telephones
        give up when they see two, and others show both, of which the weaker can be guessed from.
        """

    def secretOf(user: str, realm: str, algorithm: Algorithm) -> str | None:
        """
        H(A1) of a user; C{None} if there is no such user, or none for that algorithm.
        """

    def mustProve(source: TransportAddress, ours: bool) -> bool:
        """
        Whether who asks for something out of any call has to say who they are; who registers
        always has.

        @param ours: they say to be of our domain.
        """

    def mayBe(user: str, names: tuple[PartyAddress, ...]) -> bool:
        """
        Whether a user may call, or be called, by names that are all of the same party.
        """

"""Who belongs together: configured organisations, and mail domains that are no free-mail service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailproc.settings import Settings

FREE_MAIL = frozenset(
    """
    126.com 163.com 1und1.de 21cn.com 2trom.com abv.bg aim.com alice.de alice.it aliceadsl.fr aol.com
    aon.at arcor.de att.net azet.sk bbox.fr bell.net bellsouth.net bezeqint.net bigpond.com
    bigpond.net.au bk.ru bluewin.ch blueyonder.co.uk bol.com.br bredband.net bredband2.com broadpark.no
    btinternet.com btopenworld.com c2i.net cegetel.net centrum.cz charter.net chello.at chello.nl
    chello.pl citromail.hu club-internet.fr comcast.net comhem.se cox.net daum.net disroot.org
    dnainternet.net docomo.ne.jp duck.com earthlink.net elisanet.fi email.com email.cz email.de email.it
    ewetel.net excite.co.jp excite.it ezweb.ne.jp fastmail.com fastmail.fm fastweb.it fastwebnet.it
    foxmail.com free.fr freemail.de freemail.hu freenet.de freesurf.fr frisurf.no frontier.com
    frontiernet.net gazeta.pl globo.com globomail.com gmail.com gmx.at gmx.ch gmx.co.uk gmx.com gmx.de
    gmx.es gmx.fr gmx.net gmx.us googlemail.co.uk googlemail.com hanmail.net hetnet.nl hey.com
    hispeed.ch home.nl home.se hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk hotmail.com
    hotmail.com.ar hotmail.com.br hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.it
    hotmail.nl hotmail.no hotmail.pl hotmail.pt hotmail.se hushmail.com i.softbank.jp iafrica.com
    icloud.cn icloud.com ig.com.br iinet.net.au iki.fi inbox.com inbox.ru inet.fi inode.at interia.pl
    inwind.it iol.it iol.pt jubii.dk juno.com kabelbw.de keemail.me kolumbus.fi kpnmail.nl kpnplanet.nl
    laposte.net libero.it list.ru live.at live.be live.ca live.cn live.co.uk live.com live.com.ar
    live.com.au live.com.br live.com.mx live.com.pt live.de live.dk live.fi live.fr live.ie live.in
    live.it live.jp live.nl live.no live.se luukku.com luukku.fi mac.com magenta.de mail.bg mail.ch
    mail.com mail.de mail.dk mail.ee mail.pt mail.ru mailbox.org mailfence.com mailo.com me.com
    mindspring.com montevideo.com.uy msn.cn msn.com msn.dk msn.se mts.net mweb.co.za mynet.com nate.com
    naver.com neostrada.pl net.hr netcologne.de netcourrier.com netscape.net netti.fi netvigator.com
    netzero.net neuf.fr nifty.com noos.fr ntlworld.com numericable.fr o2.co.uk o2.pl o2online.de ofir.dk
    onet.eu onet.pl online.de online.fr online.nl online.no op.pl optimum.net optonline.net
    optusnet.com.au orange.fr outlook.at outlook.be outlook.cl outlook.co.id outlook.com outlook.com.ar
    outlook.com.au outlook.com.br outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.ie
    outlook.in outlook.it outlook.jp outlook.pt outlook.sa ouvaton.org passagen.se passmail.net
    planet.nl pm.me poczta.fm poczta.onet.pl post.cz post.sk poste.it posteo.at posteo.de posteo.net
    privaterelay.appleid.com prodigy.net.mx proton.me protonmail.ch protonmail.com proximus.be qq.cn
    qq.com quickline.ch quicknet.nl r7.com rambler.ru rambler.ua rediffmail.com riseup.net
    rocketmail.com rogers.com runbox.com sapo.pt saunalahti.fi sbcglobal.net scarlet.be seznam.cz sfr.fr
    shaw.ca sina.cn sina.com sky.com skynet.be softbank.ne.jp sohu.com spray.se stofanet.dk sunrise.ch
    suomi24.fi swipnet.se sympatico.ca t-online.de talktalk.net tdcadsl.dk tele2.nl tele2.se
    telefonica.net telenet.be telenor.no telia.com telus.net terra.com.br terra.es tin.it tiscali.it
    tlen.pl tom.com tuta.com tuta.io tutanota.com tutanota.de tvcablenet.be ukr.net unitybox.de
    uol.com.ar uol.com.br upcmail.at upcmail.nl usa.net verizon.net videotron.ca virgilio.it virgin.net
    virginmedia.com vodafone.de vodafone.it vodafone.nl voila.fr volny.cz walla.co.il walla.com
    wanadoo.fr web.de web.nl windstream.net wowway.com wp.eu wp.pl xs4all.nl ya.ru yahoo.at yahoo.be
    yahoo.ca yahoo.ch yahoo.cn yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.kr yahoo.co.nz yahoo.co.th
    yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.hk yahoo.com.mx
    yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.cz yahoo.de yahoo.dk yahoo.es
    yahoo.fi yahoo.fr yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro
    yahoo.se yandex.by yandex.com yandex.kz yandex.ru yandex.ua yeah.net ymail.com zeelandnet.nl
    ziggo.nl zoho.com zoho.eu zohomail.com zohomail.eu zonnet.nl
    """.split()  # noqa: SIM905 - a line for each would say no more
)
"""Domains whose users have nothing to do with each other."""


def same_house(one: str, other: str, settings: Settings) -> bool:
    """True when two addresses are the same person's or of the same organisation (P10)."""
    if one == other:
        return True
    organisation = settings.organisation_of(one)
    if organisation or settings.organisation_of(other):
        return organisation == settings.organisation_of(other)
    domain = one.rpartition("@")[2]
    return bool(domain) and domain == other.rpartition("@")[2] and domain not in FREE_MAIL


def serves(email: str, organisation: str, settings: Settings) -> bool:
    """True for those whom an organisation names as partners: they may escalate its tickets (P10)."""
    domain = email.rpartition("@")[2]
    return any(
        {email, domain} & set(each.partners)
        for each in settings.organisation
        if each.name.casefold() == organisation.casefold()
    )


def is_partner(email: str, settings: Settings) -> bool:
    """True for everybody who serves one of the organisations."""
    return any(serves(email, organisation.name, settings) for organisation in settings.organisation)


def is_member(email: str, organisation: str | None, settings: Settings) -> bool:
    """True for those of an organisation, by its name, and for the partners who serve it (P10)."""
    if not organisation:
        return False
    own = settings.organisation_of(email)
    return (own is not None and own.name == organisation) or serves(email, organisation, settings)

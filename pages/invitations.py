"""Invitations to sign up, for administrators."""

from __future__ import annotations

from nicegui import ui

from auth import admin_only
from auth.components import InvitationTable
from auth.language import _
from auth.live.tabs import tabs

from .admin import admin_heading
from .parts import Text, api_form, card, email_field, field, link


@admin_only
def page() -> None:
    """Build the page: a form that makes one, and those that work."""
    settings = tabs().auth.settings
    admin_heading('/admin/invitations', _('Invitations'))
    with card():
        Text('h2', _('Invite somebody'))
        if settings.sign_up == 'open':
            Text('p', _('Anybody may sign up on this site. Invitations matter when the setting SIGN_UP is "invited".')
                 ).classes('ls-quiet')
        elif settings.sign_up == 'closed':
            Text('p', _('Nobody may sign up on this site, with an invitation or without. The setting SIGN_UP has to be '
                        '"invited".')).classes('ls-quiet')
        with api_form('/v1/admin/invitations', _('Invite'), then='/admin/invitations/made', hands='id url mailed_to'):
            hint = (_('The link is mailed to it, and nobody else gets it. Leave it empty to hand a link over yourself.')
                    if settings.sends_mail else _('Only this address may sign up with it. Leave it empty for any.'))
            email_field('email_address', _('Email address'), autocomplete='off', hint=hint, optional=True)
            days = field('days', _('Days'), kind='text', autocomplete='off', optional=True, last=True,
                         hint=_('For how long it works. Empty: {days}.', days=f'{settings.invitation_days:g}'))
            days.props('inputmode=decimal')
    InvitationTable()


@admin_only
def made() -> None:
    """Build the page that shows the link of an invitation, which the form before was answered. No server is told it."""
    admin_heading('/admin/invitations', _('Invitation'))
    with ui.element('p'):
        link(_('All invitations'), '/admin/invitations')
    with card():
        Text('h2', _('The invitation was made'))
        with ui.element('p').classes('ls-if-filled'):
            Text('span', _('Its link was mailed to: '))
            ui.element('strong').props('data-fragment=mailed_to translate=no dir=auto')
        with ui.element('div').classes('ls-if-filled'):
            Text('p', _('Hand this link over. It works once, and is shown here only.'))
            with ui.element('p'):
                ui.element('code').props('id=invitation-url data-fragment=url translate=no').classes('ls-mailed-to')
            copy = Text('button', _('Copy')).classes('ls-button ls-small')
            copy.props('type=button data-copy=invitation-url data-copied=invitation-copied')
            Text('span').classes('ls-quiet').props('id=invitation-copied role=status')

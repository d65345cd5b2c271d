"""Attacks on cookies, passwords and accounts."""

from __future__ import annotations

import json

from .site import PASSWORD, Site, attack, won


@attack('plant a cookie, and wait for the victim to sign in with it')
async def fixation(site: Site) -> str | None:
    eve = await site.somebody()
    planted = eve.cookie
    victim = site.browser()
    victim.cookies.update(eve.http.cookies)
    ann = await site.somebody(victim)
    return won(planted_cookie_became_the_victims=ann.address == await site.who(planted))


@attack('use a cookie again after the sign-out')
async def replay(site: Site) -> str | None:
    ann = await site.somebody()
    stolen = ann.cookie
    await ann.http.delete('/v1/client/sessions')
    return won(still_signed_in=await site.who(stolen))


@attack('use the cookie of before the last sign-in')
async def old_secret(site: Site) -> str | None:
    ann = await site.somebody()
    stolen = ann.cookie
    await ann.sign_in()
    return won(old_secret_works=await site.who(stolen), nothing_was_rotated=stolen == ann.cookie)


@attack('make up cookies')
async def forged(site: Site) -> str | None:
    ann = await site.somebody()
    name, _, value = ann.cookie.partition('=')
    client_id = value.partition('.')[0]
    tried = [f'{client_id}.', client_id, f'{client_id}.{"A" * 43}', f'{client_id}.{ann.session_id}', ann.session_id,
             f"{client_id}.' OR '1'='1", f'{client_id}.%00', '*', f'{client_id}.*', json.dumps({'id': client_id})]
    return won(signed_in_by_a_forged_cookie=any([await site.who(f'{name}={made_up}') for made_up in tried]))


@attack('read the secret of the cookie in an answer')
async def leak(site: Site) -> str | None:
    ann = await site.somebody()
    secret = ann.cookie.partition('=')[2].partition('.')[2] or ann.cookie.partition('=')[2]
    answers = [await ann.http.get(path) for path in ('/v1/client', '/v1/me/sessions/active', '/account', '/')]
    answers.append(await ann.http.request('TRACE', '/v1/client'))
    return won(the_secret_was_told=any(secret in answer.text for answer in answers))


@attack('learn from the answers who has an account')
async def enumeration(site: Site) -> str | None:
    ann = await site.somebody()
    stranger = site.browser()
    answers = [await stranger.post('/v1/client/sign_ins', data={'identifier': address, 'password': 'not the password'})
               for address in (ann.address, f'x{ann.address}')]
    return won(answers_differ=len({(answer.status_code, f'{answer.json()["errors"]}') for answer in answers}) > 1)


@attack('guess a password a thousand times')
async def guessing(site: Site) -> str | None:
    ann = await site.somebody()
    eve = site.browser()
    statuses: list[int] = []
    for number in range(1000):
        answer = await eve.post('/v1/client/sign_ins', data={'identifier': ann.address, 'password': f'guess {number}'})
        statuses.append(answer.status_code)
        if answer.status_code in {429, 503}:
            break
    return won(every_guess_was_looked_at={429, 503}.isdisjoint(statuses))


@attack('become an administrator by sending a field more')
async def mass_assignment(site: Site) -> str | None:
    eve = await site.somebody(is_admin='true', role='admin', status='active', user_id='user_1')
    await eve.http.patch('/v1/me', data={'first_name': 'Eve', 'is_admin': 'true', 'public_metadata': '{"admin":1}'})
    page = await eve.http.get('/admin')
    return won(the_administration_opened=page.status_code == 200 and eve.address in page.text)


@attack('act on the session of somebody else')
async def others_sessions(site: Site) -> str | None:
    ann, eve = await site.somebody(), await site.somebody()
    for method, path in (('POST', f'/v1/me/sessions/{ann.session_id}/revoke'),
                         ('POST', f'/v1/client/sessions/{ann.session_id}/remove'),
                         ('POST', f'/v1/client/sessions/{ann.session_id}/end'),
                         ('POST', f'/v1/client/sessions/{ann.session_id}/touch'),
                         ('POST', f'/v1/client/sessions/{ann.session_id}/confirm'),
                         ('PATCH', f'/v1/me/sessions/{ann.session_id}')):
        await eve.http.request(method, path, data={'device_name': "Eve's", 'take_back_proof': 'x'})
        await eve.http.request(method, path, params={'_clerk_session_id': ann.session_id})
    answer = await eve.http.get('/v1/me/sessions/active', params={'_clerk_session_id': ann.session_id})
    return won(the_session_ended=not await site.who(ann.cookie),
               eve_became_ann=ann.address == await site.who(eve.cookie),
               ann_was_told_to_eve=ann.session_id in answer.text)


@attack('change the password without knowing it')
async def password_change(site: Site) -> str | None:
    ann = await site.somebody()
    changes = [{'current_password': current, 'new_password': 'another lantern 4471'} for current in ('', 'x', 'true')]
    changes.append({'new_password': 'another lantern 4471'})
    answers = [await ann.http.post('/v1/me/change_password', data=fields) for fields in changes]
    return won(the_password_was_changed=any(answer.status_code == 200 for answer in answers),
               the_old_one_is_refused=(await ann.sign_in(PASSWORD)).status_code == 422)


@attack('hash very long passwords, to keep the server busy')
async def long_passwords(site: Site) -> str | None:
    answers = [await site.browser().post('/v1/client/sign_ups', data={
        'email_address': 'eve@example.com', 'password': 'x' * size}) for size in (257, 10_000, 1_000_000)]
    return won(one_was_taken=any(answer.status_code == 200 for answer in answers))

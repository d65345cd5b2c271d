"""What a page may ask for, and what is refused at the start with a sentence that says what to do instead."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest
from fastapi import (
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    Form,
    Header,
    Path,
    Query,
    Request,
    Response,
    Security,
    WebSocket,
)
from fastapi.security import SecurityScopes
from nicegui import Client, core, ui
from nicegui.page_arguments import PageArguments

import pages
from auth import admin_only, framed, private, public, recently_authenticated
from auth.access import (
    AccessNotStated,
    Here,
    PageRefused,
    answer,
    is_framed,
    name_of,
    recently_of,
    stated_access,
)
from auth.protect import protect
from auth.timing import DEFAULT_TIMING
from auth.web.gateway import Gateway
from auth.web.page_parameters import refuse_dependencies
from auth.web.routes import Routes

if TYPE_CHECKING:
    from decimal import Decimal

PATH = '/reports/{number}'
NOTHING: Any = None
ADMINISTRATOR = frozenset({'admin'})


def somebody() -> str:
    """What a page might depend on."""
    raise AssertionError('nobody asks this')


def plain(number: int) -> None: ...
def without() -> None: ...
def with_query(number: str, sort: str = '', least: int | None = None, most: Optional[float] = None) -> None: ...  # noqa: UP045
def unannotated(number, sort=None) -> None: ...
def arguments(number: int, page: PageArguments, *, sort: str = '') -> None: ...
async def later(number: float) -> None: ...
def seen_by_type_checkers_only(number: int) -> Decimal: ...


def depends(number: int, user: str = Depends(somebody)) -> None: ...
def annotated(number: int, user: Annotated[str, Depends(somebody)]) -> None: ...
def security(number: int, user: str = Security(somebody, scopes=['x'])) -> None: ...
def checked_query(number: int, least: Annotated[int, Query(ge=1)] = 1) -> None: ...
def checked_path(number: Annotated[int, Path(ge=1)]) -> None: ...
def old_query(number: int, least: int = Query(1, ge=1)) -> None: ...
def header(number: int, x_token: str = Header()) -> None: ...
def cookie(number: int, token: str | None = Cookie(None)) -> None: ...
def body(number: int, text: str = Body('')) -> None: ...
def form(number: int, text: str = Form('')) -> None: ...
def request(number: int, request: Request) -> None: ...
def optional_request(number: int, request: Request = NOTHING) -> None: ...
def response(number: int, response: Response) -> None: ...
def socket(number: int, socket: WebSocket) -> None: ...
def tasks(number: int, tasks: BackgroundTasks) -> None: ...
def scopes(number: int, scopes: SecurityScopes) -> None: ...
def client(number: int, client: Client) -> None: ...
def flag(number: int, everything: bool = False) -> None: ...
def hidden_flag(number: int, everything=False) -> None: ...
def listed(number: int, tags: list[str] | None = None) -> None: ...
def either(number: int | str) -> None: ...
def unknown(number: int, price: Decimal | None = None) -> None: ...
def required(number: int, sort: str) -> None: ...
def positional(number: int, /) -> None: ...
def anything(*args: Any, **kwargs: Any) -> None: ...
def yields(number: int) -> Iterator[None]: yield


def wrapped(builder: Callable[..., Any]) -> Callable[..., Any]:
    """What a decorator makes of it that keeps what it is."""
    @functools.wraps(builder)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return builder(*args, **kwargs)
    return wrapper


class Built:
    """A page that is an object."""

    def __call__(self, number: int) -> None: ...

    def method(self, number: int) -> None: ...


HONOURED = [plain, without, with_query, unannotated, arguments, later, seen_by_type_checkers_only, wrapped(plain),
            request, optional_request, client,
            functools.partial(plain), functools.partial(depends, user='x'), functools.partial(plain, 1), Built(),
            lambda number=1: number]
REFUSED = [(depends, 'Depends'), (annotated, 'Depends'), (security, 'Security'), (checked_query, 'Query'),
           (checked_path, 'Path'), (old_query, 'Query'), (header, 'Header'), (cookie, 'Cookie'), (body, 'Body'),
           (form, 'Form'), (response, 'Response'),
           (socket, 'WebSocket'), (tasks, 'BackgroundTasks'), (scopes, 'SecurityScopes'),
           (flag, 'bool'), (hidden_flag, 'every text counts as true'), (listed, 'list'), (either, 'int | str'),
           (unknown, 'Decimal'), (required, 'no default'), (positional, 'by name'), (anything, 'functools.wraps'),
           (yields, 'without yield'), (wrapped(depends), 'Depends'), (functools.partial(depends, 1), 'Depends'),
           (functools.partial(depends, user=Depends(somebody)), 'Depends'),
           (functools.partial(plain, Depends(somebody)), 'Depends'),
           (functools.partial(functools.partial(annotated, user=Security(somebody)), 1), 'Security')]


@pytest.mark.parametrize('builder', HONOURED, ids=name_of)
def test_a_page_may_ask_for_what_its_address_says(builder: Callable[..., Any]) -> None:
    Routes({PATH: private(builder)})


@pytest.mark.parametrize(('builder', 'why'), REFUSED, ids=lambda one: one if isinstance(one, str) else name_of(one))
def test_what_nothing_would_give_to_a_page_is_refused(builder: Callable[..., Any], why: str) -> None:
    with pytest.raises(PageRefused) as refused:
        Routes({PATH: private(builder)})

    sentence = str(refused.value)
    assert why in sentence
    assert f'at {PATH}' in sentence
    assert '\n' not in sentence


def test_the_sentence_names_the_page_the_parameter_and_what_to_do() -> None:
    with pytest.raises(PageRefused) as refused:
        Routes({PATH: private(depends)})

    assert str(refused.value) == (
        'The page "depends" at /reports/{number} cannot have its parameter "user": Depends(…) is not honoured in a '
        'page. A page is given what its path and its query say, as str, int or float, PageArguments, Request and '
        'Client. Call what else it needs within the page, or serve a route of your own below open_paths.')


def test_nicegui_is_told_the_types_that_it_understands() -> None:
    found = Routes({PATH: private(with_query)}).find('/reports/1')
    assert found

    kinds = {name: parameter.annotation for name, parameter in inspect.signature(found[0]).parameters.items()}

    assert kinds == {'number': str, 'sort': str, 'least': int, 'most': float}


def test_an_address_does_not_replace_what_a_partial_function_has_filled_in() -> None:
    found = Routes({PATH: private(functools.partial(with_query, sort='mine'))}).find('/reports/1')
    assert found

    assert 'sort' not in inspect.signature(found[0]).parameters


def test_a_page_that_says_two_things_is_refused_and_one_that_says_one_twice_is_not() -> None:
    def page() -> None: ...

    private(private(page))
    for other in (public, admin_only):
        with pytest.raises(AccessNotStated, match='"page" says twice who may see it'):
            other(page)
    with pytest.raises(AccessNotStated, match='says twice'):
        public(wrapped(page))
    found = Routes({'/': page}).find('/')
    assert found is not None
    assert found[0].access == 'private'


def test_what_lost_its_mark_or_cannot_have_one_is_refused() -> None:
    def opaque(builder: Callable[..., Any]) -> Callable[..., Any]:
        return lambda: [builder()]

    not_pages: list[Any] = [opaque(private(lambda: None)), functools.partial(private(lambda: None)), object(), int]
    for lost in not_pages:
        with pytest.raises(AccessNotStated, match='must say who may see it'):
            Routes({'/': lost})
    unmarkables: list[Any] = [Built().method, len, 7]
    for unmarkable in unmarkables:
        with pytest.raises(AccessNotStated, match='cannot be marked as a page'):
            private(unmarkable)


def test_a_mark_that_is_none_of_ours_counts_as_none() -> None:
    class Willing:
        def __getattr__(self, name: str) -> str:
            return 'public to everybody'

        def __call__(self) -> None: ...

    with pytest.raises(AccessNotStated):
        Routes({'/': Willing()})


@pytest.mark.parametrize('table', [['/reports/{id}', '/reports/new'], ['/{a}/{b}', '/x/{c}'], ['/{a}', '/{b}']],
                         ids=str)
def test_a_page_that_another_one_hides_is_refused(table: list[str]) -> None:
    pages = [private(lambda: None), admin_only(lambda: None)]

    with pytest.raises(PageRefused, match='put it first'):
        Routes(dict(zip(table, pages, strict=True)))


@pytest.mark.parametrize('path', ['', 'account', '/{name:path}/x', '/{number:int}', '/x{name:path}', '/{}', '/{a}/{a}',
                                  '/{a-b}'])
def test_a_path_that_nicegui_would_not_understand_is_refused(path: str) -> None:
    with pytest.raises(PageRefused, match='must begin with a slash'):
        Routes({path: public(lambda: None)})


def test_the_first_that_matches_counts() -> None:
    table = Routes({'/reports/new': admin_only(lambda: None), '/reports/{id}': private(lambda: None),
                    '/{kind}/new': public(lambda: None)})

    found: dict[str, str | None] = {}
    for path in ('/reports/new', '/reports/NEW', '/x/new', '/x', '/reports/new/'):
        route = table.find(path)
        found[path] = route and route[0].path

    assert found == {'/reports/new': '/reports/new', '/reports/NEW': '/reports/{id}', '/x/new': '/{kind}/new',
                     '/x': None, '/reports/new/': None}


@pytest.mark.parametrize('path', ['/v1/client', '/_live_sessions/page', '/_nicegui/page', '/_nicegui_ws/socket.io/',
                                  '/favicon.ico'])
def test_a_page_at_a_path_that_is_not_looked_for_in_the_table_is_refused(path: str) -> None:
    nothing: Any = None

    with pytest.raises(PageRefused, match='choose another path'):
        Gateway(nothing, sockets=nothing, api=nothing, routes={path: private(lambda: None)}, clients=nothing,
              waiting=nothing)


def test_the_shell_refuses_before_anything_is_served() -> None:
    with pytest.raises(PageRefused, match='Depends'):
        pages.install({PATH: private(depends)}, DEFAULT_TIMING)


@pytest.fixture
def page_routes() -> Iterator[None]:
    """Forgets what a test let NiceGUI serve."""
    before = dict(Client.page_routes)
    yield
    for builder in Client.page_routes.keys() - before.keys():
        core.app.remove_route(Client.page_routes.pop(builder))


@pytest.mark.usefixtures('page_routes')
def test_a_page_that_nicegui_serves_as_well_is_refused() -> None:
    in_table = ui.page('/second')(public(lambda: None))
    with pytest.raises(PageRefused, match=r'also served at /second by @ui\.page'):
        protect_nothing({'/first': in_table})

    Client.page_routes.pop(in_table)
    ui.page('/third')(admin_only(lambda: None))
    with pytest.raises(PageRefused, match='is in the table of routes'):
        protect_nothing({'/third': public(lambda: None)})


@pytest.mark.usefixtures('page_routes')
def test_a_page_of_nicegui_that_asks_everybody_for_a_password_is_refused() -> None:
    ui.page('/paying')(public(recently_authenticated()(lambda: None)))

    with pytest.raises(PageRefused, match=r'at /paying is public and takes a password'):
        protect_nothing({})


def test_a_mark_reaches_what_decorators_were_put_on() -> None:
    def page() -> None: ...

    admin_only(framed(wrapped(recently_authenticated()(page))))

    assert stated_access(page) == 'admin'
    assert is_framed(page)
    assert recently_of(page) is not None


def test_a_mark_below_a_decorator_is_not_contradicted_above_it() -> None:
    def forgetful(builder: Callable[..., Any]) -> Callable[..., Any]:
        def build() -> Any:
            return builder()
        build.__wrapped__ = builder  # pyright: ignore[reportFunctionMemberAccess]
        return build

    with pytest.raises(AccessNotStated, match='says twice'):
        public(forgetful(admin_only(lambda: None)))


def test_what_nobody_would_run_in_a_plain_sub_page_is_refused_and_nothing_else() -> None:
    for builder in (*HONOURED, flag, listed, required, anything):
        refuse_dependencies(builder, PATH)
    for builder, why in REFUSED:
        if why in {'Depends', 'Security', 'Query', 'Path', 'Header', 'Cookie', 'Body', 'Form', 'Decimal'}:
            with pytest.raises(PageRefused, match=why):
                refuse_dependencies(builder, PATH)


def test_the_rest_of_a_path_is_for_the_page_or_for_the_pages_in_it() -> None:
    def taking(rest: str) -> None: ...

    table = Routes({'/a/{rest:path}': private(taking), '/b/{number}/{rest:path}': private(without)})
    found = {path: route and (route[1], route[0].place_of(path, route[1])) for path in
             ('/a', '/a/', '/a/x', '/a/x//y/', '/ax', '/b/1', '/b/1/', '/b/1/x/y', '/b', '/b/1\n/x')
             for route in [table.find(path)]}

    assert found == {
        '/a': ({'rest': ''}, '/a'), '/a/': ({'rest': ''}, '/a/'), '/a/x': ({'rest': 'x'}, '/a/x'),
        '/a/x//y/': ({'rest': 'x//y/'}, '/a/x//y/'), '/ax': None,
        '/b/1': ({'number': '1', 'rest': ''}, '/b/1'), '/b/1/': ({'number': '1', 'rest': ''}, '/b/1'),
        '/b/1/x/y': ({'number': '1', 'rest': 'x/y'}, '/b/1'), '/b': None, '/b/1\n/x': None}


def protect_nothing(table: dict[str, Any]) -> None:
    """Put the guards in front of no app: it is refused before anything of it is needed."""
    nothing: Any = None
    protect(nothing, nothing, table)


@pytest.mark.parametrize('access', ['public', 'private', 'admin'])
@pytest.mark.parametrize('here', [Here('loading'), Here('signed_out'), Here('signed_out', others=True),
                                  Here('signed_in'), Here('signed_in', roles=ADMINISTRATOR),
                                  Here('loading', roles=ADMINISTRATOR),
                                  Here('signed_out', roles=ADMINISTRATOR)], ids=str)
def test_there_is_one_rule(access: Any, here: Here) -> None:
    expected = {
        'public': 'LET_IN',
        'private': {'loading': 'LOADING', 'signed_in': 'LET_IN', 'signed_out': 'SIGN_IN'}[here.status],
        'admin': {'loading': 'LOADING', 'signed_in': 'LET_IN' if 'admin' in here.roles else 'NOT_THERE',
                  'signed_out': 'SIGN_IN'}[here.status]}[access]

    assert answer(access, here).name == ('CHOOSE' if expected == 'SIGN_IN' and here.others else expected)

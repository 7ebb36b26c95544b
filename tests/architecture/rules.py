"""The house rules that need the syntax tree: each takes one module and says what is wrong in it, line by line."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from tests.architecture.sources import Module

Rule = Callable[[Module], list[str]]

COMPOSITION_ROOTS = (
    "desktop/app.py",
    "desktop/__main__.py",
    "desktop/demo",
    "sync_server/app.py",
    "sync_server/worker.py",
    "sync_server/__main__.py",
)

# Classes of libraries whose objects never change, or only describe a shape.
HARMLESS_CLASSES = {
    "Choice", "Color", "ContextVar", "DateTime",
    "Decimal", "Decoder", "Encoder", "Fraction", "HexColor", "MappingProxyType", "MetaData",
    "NewType", "ParamSpec", "PasswordHasher", "QModelIndex", "Path", "PurePath", "PurePosixPath",
    "Struct", "Table", "TypeVar", "UUID",
}  # fmt: skip
CHANGING_METHODS = {
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update",
}  # fmt: skip
SQL_WORDS = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA)\b",
    re.DOTALL,
)
DATA_LIBRARIES = {"sqlalchemy", "sqlcipher3", "sqlite3", "psycopg", "requests", "urllib3"}


def _line(module: Module, node: ast.AST, fault: str) -> str:
    return f"{module.path}:{getattr(node, 'lineno', 1)}: {fault}"


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _texts(tree: ast.AST) -> Iterator[ast.Constant]:
    documentation = {id(text) for text in _docstrings(tree)}
    return (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )


def _docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


# --- commits -----------------------------------------------------------------------------------------


def commits(module: Module) -> list[str]:
    """Where a transaction is made final.

    One file a program may: whoever else commits cuts an operation and its effect in two. Upgrading a file runs
    alone, before anybody works, and is left out.
    """
    if "/migrations/" in module.path or module.name == "upgrade.py":
        return []
    called = [
        call for call in _calls(module.tree) if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    spoken = [text for text in _texts(module.tree) if str(text.value).strip().rstrip(";").upper() == "COMMIT"]
    return [_line(module, node, "commits") for node in (*called, *spoken, *_transactions(module.tree))]


def _transactions(tree: ast.AST) -> Iterator[ast.AST]:
    """`with engine.begin()` commits at its end without saying so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "begin":
                    yield call


# --- actions -----------------------------------------------------------------------------------------


def actions_return_changes(module: Module) -> list[str]:
    """A page learns only from the `Changes` an action returns what must be drawn anew."""
    if module.name != "actions.py" or not module.is_in("desktop/features"):
        return []
    return [
        _line(module, function, f"{function.name} does not return Changes")
        for function in _public_functions(module.tree)
        if not _names(function.returns) & {"Changes"}
    ]


def _public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    bodies: list[list[ast.stmt]] = [tree.body]
    bodies += [node.body for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    for body in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                decorators = {name for decorator in node.decorator_list for name in _names(decorator)}
                if "property" not in decorators:
                    yield node


def _names(node: ast.AST | None) -> set[str]:
    """Every name in an expression; a quoted annotation is read as what it quotes."""
    if node is None:
        return set()
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found |= set(re.findall(r"\w+", part.value))
    return found


# --- tests -------------------------------------------------------------------------------------------


def waits_for_time(module: Module) -> list[str]:
    """A test waits for a fact (waitUntil, waitSignal, an event with a limit), never for a while to pass."""
    waiting = {"qtbot.wait", "QTest.qWait", "QTest.qSleep", "time.sleep", "asyncio.sleep", "sleep"}
    return [
        _line(module, call, f"{ast.unparse(call.func)}( waits for time")
        for call in _calls(module.tree)
        if ast.unparse(call.func) in waiting and not _only_yields(call)
    ]


def _only_yields(call: ast.Call) -> bool:
    """`sleep(0)` lets another thread or task go on and waits for nothing."""
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


# --- state -------------------------------------------------------------------------------------------


def frozen_classes(all_modules: Iterable[Module]) -> set[str]:
    """Names of our own classes whose objects cannot change: frozen, an enumeration, a tuple, or built on one."""
    classes = [node for module in all_modules for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    frozen = {"Enum", "StrEnum", "IntEnum", "NamedTuple"}
    while True:
        more = {node.name for node in classes if node.name not in frozen and _is_frozen(node, frozen)}
        if not more:
            return frozen
        frozen |= more


def _is_frozen(node: ast.ClassDef, frozen: set[str]) -> bool:
    keywords = list(node.keywords)
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            keywords += decorator.keywords
    says_so = any(
        keyword.arg == "frozen" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in keywords
    )
    return says_so or any(_names(base) & frozen for base in node.bases)


def module_state(frozen: set[str]) -> Rule:
    """No module keeps objects that can change: they are built in the composition root and handed on.

    Such state is shared by every test and thread, and outlives a signed-out person.
    """

    def rule(module: Module) -> list[str]:
        if module.is_in(*COMPOSITION_ROOTS):
            return []
        faults = []
        for name, value, statement in _module_values(module.tree):
            if isinstance(value, ast.Call) and _makes_an_object(value, frozen):
                faults.append(_line(module, statement, f"{name} is an instance made at import"))
            elif _is_collection(value) and _is_changed(module.tree, name):
                faults.append(_line(module, statement, f"{name} is a collection that this module changes"))
        return faults

    return rule


def _module_values(tree: ast.Module) -> Iterator[tuple[str, ast.expr, ast.stmt]]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement.value, statement
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value, statement


def _makes_an_object(call: ast.Call, frozen: set[str]) -> bool:
    function = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    if isinstance(function, ast.Attribute):
        name = function.attr
    elif isinstance(function, ast.Name):
        name = function.id
    else:
        return False
    is_class = re.fullmatch(r"_?[A-Z]\w*[a-z]\w*", name) is not None or name in {"defaultdict", "deque"}
    return is_class and name not in frozen | HARMLESS_CLASSES


def _is_collection(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in {"list", "dict", "set"}
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _is_changed(tree: ast.Module, name: str) -> bool:
    """Inside a function; filling a table while the module loads is part of making it."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return any(_changes(node, name) for function in functions for node in ast.walk(function))


def _changes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Global):
        return name in node.names
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return isinstance(node.value, ast.Name) and node.value.id == name
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        return isinstance(owner, ast.Name) and owner.id == name and node.func.attr in CHANGING_METHODS
    return False


# --- pages -------------------------------------------------------------------------------------------


def _is_seen_by_people(module: Module) -> bool:
    if module.is_in("desktop/widgets", "desktop/shell"):
        return True
    seen = module.name == "page.py" or module.name.endswith(("_panel.py", "_dialog.py"))
    return seen and module.is_in("desktop/features")


def data_in_pages(module: Module) -> list[str]:
    """Pages, panels, dialogs, widgets and the shell hold no SQL and speak to no server: queries.py does."""
    if not _is_seen_by_people(module):
        return []
    faults = [_line(module, text, "SQL") for text in _texts(module.tree) if _is_sql(str(text.value))]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        faults += [_line(module, node, f"imports {name}") for name in names if name.split(".")[0] in DATA_LIBRARIES]
    return faults


def _is_sql(text: str) -> bool:
    """Keywords all in capitals or all small; "Select a copy from the list" is a sentence."""
    return bool(SQL_WORDS.search(text)) or (text == text.lower() and bool(SQL_WORDS.search(text.upper())))


# --- words -------------------------------------------------------------------------------------------


def opens_with_docstring(module: Module) -> list[str]:
    """The first line of a file tells the colleague who opens it what it holds and who uses it."""
    return [] if ast.get_docstring(module.tree) else [f"{module.path}:1: no docstring"]

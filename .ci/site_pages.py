"""Pages of the site that lie elsewhere: README, CONTRIBUTING, CHANGELOG and the examples, with their links put right.

Hooks of mkdocs; see mkdocs.yml.
"""

import ast
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside docs/."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    files.append(File.generated(config, "examples.md", content=_examples()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links as they are in the repository, made links within the site."""
    return re.sub(r"\]\(([^)\s]+)\)", lambda link: f"]({_within_site(link[1])})", markdown)


def _within_site(target: str) -> str:
    path, hash_, anchor = target.removeprefix("../").partition("#")
    if path in PAGES:
        return f"{PAGES[path]}{hash_}{anchor}"
    if path.startswith("examples"):
        name = Path(path).stem
        return f"examples.md#{name}" if path.endswith(".py") else "examples.md"
    if path.startswith("docs/"):
        return f"{path.removeprefix('docs/')}{hash_}{anchor}"
    return target


def _examples() -> str:
    """Each example with what it says of itself."""
    parts = ["# Examples", "All of them are run by the tests, as they stand here."]
    for path in sorted((ROOT / "examples").glob("*.py")):
        code = path.read_text(encoding="utf-8")
        title = (ast.get_docstring(ast.parse(code)) or path.stem).split(":")[0].split("\n")[0]
        parts += [f"## {title.rstrip('.')} {{ #{path.stem} }}", f"```python\n{code}```"]
    return "\n\n".join(parts) + "\n"

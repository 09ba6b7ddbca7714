"""What the proof looks at: a check is a file with what it says when it holds (``SAYS``) and
``check(comparison)``, and stands in ``CHECKS`` of ``proof/__init__.py``. Codes of findings have their pages in
``codes.toml``. The other files are parts of checks:

    conservation    comments, guarded_imports, layout, type_variables
    lazy_reexports  made_names, names (what code reads of a module)
    names           annotations
    namespaces      all_decorators, answered_before, bound_once_more, fixtures_given, found_namespaces,
                    handed_on_modules, listed_there, local_lists, looked_up_names, module_annotations, promised_names,
                    shared_fixtures, star_imports, test_collection, tests_given
    expected_changes  asked_modules, callers, followed_objects, kept_texts, known_modules, pickled_as_names,
                    shown_classes, text_values
    identities      scanned_modules
    loaded_files    path_changes
    packaging       read_texts, text_sections
    patches         deleted_names, held_modules, keyword_names
    texts           ignored_rules, manuals (which is a check as well)
    stubs           conservation, names and namespaces once more, of the stubs

A check reports how many places it looked at; one that found nothing to look at gives no tick. A finding names the
place, what was and what is. Nothing here relies on a plan: the checks judge the change of any tool, and those of
people.

When does a hazard need a check as well? A hazard refuses what planning cannot do safely; a check finds what went
wrong all the same. A hazard about behaviour that the two trees show (a name, an import, an order) needs its check
here; one about what no tree shows (a log format that prints module names) needs none.
"""

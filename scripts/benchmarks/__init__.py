"""Whole-process measurements of the tool beside others, on the same trees and the same moves."""

"""Does a move of one definition move that definition, or half of its module?"""

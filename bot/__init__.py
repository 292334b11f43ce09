"""What the bot is: its words, its languages, its safety rules and its settings.

Only ``bot.pipeline`` and ``bot.runtime`` import Rasa; everything else here is plain Python.
"""

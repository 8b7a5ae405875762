#!/bin/sh
# Stands in for nvidia-smi: does what CARD_SCRIPT says.
eval "$CARD_SCRIPT"

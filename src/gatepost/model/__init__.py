"""The words everyone uses: frozen values, no behaviour that touches anything outside themselves."""

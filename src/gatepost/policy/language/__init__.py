"""The restriction language of main.cf: tokens, restriction lists, classes, compiled plans."""

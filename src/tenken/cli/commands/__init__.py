"""One module per subcommand; ``cli.main.COMMANDS`` lists them."""

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lockheld/internal/conform"
)

// Exit codes.
const (
	exitOK          = 0
	exitViolation   = 1
	exitUsage       = 2
	exitUndecided   = 3 // no proof where one was asked for; a replay that diverges
	exitInterrupted = 130
)

// command is one run of the program.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// commandNames are the words that may stand first.
var commandNames = []string{"list", "replay", "conform", "infer", "audit", "accept", "coverage", "help"}

// run is the program: args without its name, and the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &command{stdin, stdout, stderr}
	code, err := c.dispatch(args)
	if errors.Is(err, errHelp) {
		text := manual()
		if args[0] != "help" {
			text = manualOf(args[0])
		}
		_, err = io.WriteString(stdout, text)
		code = exitOK
	}
	if err != nil {
		c.complain(err)
		return exitUsage
	}
	return code
}

// complain writes an error as one line.
func (c *command) complain(err error) {
	fmt.Fprintf(c.stderr, "explore: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
}

func (c *command) dispatch(args []string) (int, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return c.explore(args)
	}
	switch args[0] {
	case "list":
		if asksHelp(args[1:]) {
			return exitOK, errHelp
		}
		return exitOK, c.list(args[1:])
	case "replay":
		return c.replay(args[1:])
	case "conform":
		if asksHelp(args[1:]) {
			return exitOK, errHelp
		}
		return conform.Command("explore", args[1:], c.stdout, c.stderr), nil
	case "infer":
		return c.infer(args[1:])
	case "audit":
		return c.audit(args[1:])
	case "accept":
		return c.accept(args[1:])
	case "coverage":
		return c.coverage(args[1:])
	case "help":
		return exitOK, errHelp
	}
	return exitUsage, unknown("command", args[0], commandNames)
}

// asksHelp is for commands that do not read flags as exploration does.
func asksHelp(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"-h", "-help", "--help"}, args[0])
}

// noArguments refuses what is left over after the flags.
func noArguments(rest []string) error {
	switch {
	case len(rest) == 0:
		return nil
	case slices.Contains(commandNames, rest[0]):
		return usagef("%q comes before all flags", rest[0])
	}
	return usagef("unexpected argument %q", rest[0])
}

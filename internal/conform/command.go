package conform

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Exit codes of [Command].
const (
	exitOK         = 0
	exitMismatch   = 1
	exitUnreadable = 2
)

// Command runs the command "conform" with its arguments: flags and vector
// files. It prints mismatches and, as its last line, the counts to stdout, and
// what is wrong with the input to stderr after the name of the program. The
// result is the exit code: 0 if at least one case was run and none differs, 1
// if one does, 2 if the input can not be read or has no case to run.
func Command(program string, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("conform", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "usage: %s conform [-kinds LIST] [-level LEVEL] FILE...\n", program)
		fs.PrintDefaults()
	}
	list := fs.String("kinds", "", "run cases of these `kinds` only: "+strings.Join(kindNames(), ","))
	level := fs.String("level", string(LevelFull), "what to compare: full, or results (no internal fields)")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUnreadable
	}
	if fs.NArg() == 0 {
		fmt.Fprintf(stderr, "%s: conform: no files\n", program)
		return exitUnreadable
	}
	opts := Options{Level: Level(*level), Out: stdout}
	if *list != "" {
		opts.Kinds = strings.Split(*list, ",")
	}
	r, err := Run(fs.Args(), opts)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", program, err)
		return exitUnreadable
	}
	if len(opts.Kinds) > 0 {
		skipped := "none"
		if len(r.SkippedKinds) > 0 {
			skipped = strings.Join(r.SkippedKinds, ",")
		}
		fmt.Fprintf(stdout, "%d cases skipped (kinds: %s)\n", r.Skipped, skipped)
	}
	fmt.Fprintln(stdout, r.summary(opts.Level))
	switch {
	case r.Mismatches > 0:
		return exitMismatch
	case r.Cases == 0:
		fmt.Fprintf(stderr, "%s: conform: no case was run\n", program)
		return exitUnreadable
	}
	return exitOK
}

// summary is the last line of the command.
func (r *Result) summary(level Level) string {
	s := fmt.Sprintf("%d cases, %d ops, %d mismatches", r.Cases, r.Ops, r.Mismatches)
	if level == LevelResults {
		s += " (level results)"
	}
	return s
}

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lockheld/sched"
)

var update = flag.Bool("update", false, "rewrite what the scripts expect")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"explore": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               prepareScript,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     exits,
			"interrupt": interrupt,
			"token":     tokenOf,
			"oneline":   oneLine,
		},
	})
}

// prepareScript gives scripts two tokens that they cannot make: STALE was made
// for a program that is not there any more, DIVERGES for one of the same
// declarations that did something else.
func prepareScript(e *testscript.Env) error {
	t, err := namedTarget("heapbug-last/2", "", nil)
	if err != nil {
		return err
	}
	digest, err := t.program.Digest()
	if err != nil {
		return err
	}
	s := sched.Schedule{{Task: 0, Value: -1}}
	for name, tok := range map[string]sched.Token{
		"STALE":    {Scenario: t.name, Choices: s, Model: digest + 1},
		"DIVERGES": {Scenario: t.name, Choices: s, Model: digest, Trace: 1},
	} {
		e.Setenv(name, tok.String())
	}
	return nil
}

// exits N COMMAND…: the command ends with exit code N.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND...")
	}
	checkExit(ts, args[0], ts.Exec(args[1], args[2:]...))
}

func checkExit(ts *testscript.TestScript, want string, err error) {
	code := 0
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		code = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

// interrupt FILE COMMAND…: starts the command, interrupts it when its first
// line is there, writes its output to FILE; it must end with exit code 130.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt FILE COMMAND...")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, lookPath(ts, args[1]), args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	r := bufio.NewReader(out)
	first, err := r.ReadString('\n')
	ts.Check(err)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(r)
	ts.Check(err)
	err = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(first+string(rest)), 0o666))
	checkExit(ts, "130", err)
}

// lookPath finds a command of the script.
func lookPath(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	ts.Fatalf("no command %s", name)
	return ""
}

// token: sets TOKEN to the token on the last line "replay:" of the output.
func tokenOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: token")
	}
	tok := ""
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if strings.HasPrefix(line, "replay: ") {
			words := strings.Fields(line)
			tok = words[len(words)-1]
		}
	}
	if tok == "" {
		ts.Fatalf("no line that begins with replay:")
	}
	ts.Setenv("TOKEN", tok)
}

// oneline: standard error is one line that begins with "explore: ", and nothing
// went to standard output.
func oneLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: oneline")
	}
	text := ts.ReadFile("stderr")
	if !strings.HasPrefix(text, "explore: ") || strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		ts.Fatalf("standard error is not one line of explore: %q", text)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output: %q", out)
	}
}

"""What must hold after a fault, whatever the fault was."""

import collections
import json
import os
import subprocess

import sites

ALLOWED_STATUS = {0, 1, 5, 6, -9}


class Keel:
    """The binary under test, in an environment of its own."""

    def __init__(self, binary, home):
        self.binary = str(binary)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS") if name in os.environ}
        self.environment = {**kept, "HOME": str(home), "NO_COLOR": "1"}

    def command(self, arguments):
        return [self.binary, *arguments]

    def run(self, folder, *arguments):
        return subprocess.run(self.command(arguments), cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=60)

    def run_json(self, folder, *arguments):
        """For what has to work: the JSON that it printed (an empty object without --json)."""
        done = self.run(folder, *arguments)
        if done.returncode != 0:
            raise RuntimeError(f"keel {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout) if "--json" in arguments else {}


class Oracle:
    def __init__(self, site, keel, scenario):
        self.site, self.keel, self.scenario = site, keel, scenario
        self.shapes = collections.Counter()

    def learn(self, template, case):
        """Runs the command without a fault, to know the states and the files that are right."""
        self.scenario.states[self.site.state(template)] = "old"
        self.shapes |= sites.shape(template)
        if self.scenario.has_source:
            self.source = self.site.source_state(template)
        if self.scenario.half_way:
            self.keel.run_json(case, *self.scenario.half_way)
            self.scenario.states[self.site.state(case)] = "half"
        self.keel.run_json(case, *self.scenario.command)
        if self.scenario.changes_target:
            self.scenario.states[self.site.state(case)] = "new"
            if len(self.scenario.states) != (3 if self.scenario.half_way else 2):
                raise RuntimeError(f"{self.scenario.name} did not change the database")
        self.keel.run_json(case, "recover", "--yes", "--json")
        self.after = sites.shape(case)
        self.shapes |= self.after
        problems = self.check_rest(case)
        if problems:
            raise RuntimeError(f"{self.scenario.name} without any fault: {'; '.join(problems)}")
        self.site.remove(case)

    def judge(self, case, fault, outcome):
        status, printed, errors, hit = outcome
        if status is None:
            return ["hangs"]
        problems = []
        if status not in ALLOWED_STATUS:
            problems.append(f"exit status {status}: {errors.strip()[-300:]}")
        if status == 0 and fault.loses_data(hit) and not json.loads(printed)["warnings"]:
            problems.append(f"nothing is told of the failure: {hit[:200]}")
        if self.site.is_absent(case):
            problems.append("before any recovery there is no database of that name")
        problems += self.check_backups(case, self.acknowledged(status, printed))
        recovered = self.keel.run(case, "recover", "--yes", "--json")
        if recovered.returncode != 0:
            problems.append(f"recover: exit {recovered.returncode}: {recovered.stdout.strip()[-400:]}")
        elif json.loads(recovered.stdout)["result"]["kept"]:
            problems += self.discard_kept(case)
        label = self.scenario.states.get(self.site.state(case), "neither old nor new")
        if label not in ("old", "half", "new"):
            problems.append(f"the database is {label} ({self.site.state(case)[:80]})")
        elif status is not None and not self.scenario.accepts(status, label):
            problems.append(f"exit status {status}, but the database is the {label} one: {errors.strip()[-300:]}")
        problems += self.check_leftovers(case)
        if self.scenario.has_source and self.site.source_state(case) != self.source:
            problems.append("the source was touched")
        again = self.keel.run(case, *self.scenario.command)
        if again.returncode != 0:
            problems.append(f"the second run: exit {again.returncode}: {again.stdout.strip()[-400:]}")
        elif self.scenario.states.get(self.site.state(case)) != ("new" if self.scenario.changes_target else "old"):
            problems.append("the second run did not bring the database to its new state")
        return problems + self.check_rest(case)

    def acknowledged(self, status, printed):
        """The backup that the command said it has made, if any."""
        if status != 0:
            return None
        result = json.loads(printed)["result"]
        made = [result.get(key) for key in ("safety_backup", "backup")] + [result["id"] if self.scenario.makes_backup else None]
        return next((backup for backup in made if backup), None)

    def check_backups(self, case, acknowledged):
        """Before any recovery: what is listed as complete is complete, and what was acknowledged is listed."""
        listed = self.keel.run(case, "backup", "list", "--json")
        if listed.returncode != 0:
            return [f"backup list: exit {listed.returncode}: {listed.stdout.strip()[-300:]}"]
        backups = json.loads(listed.stdout)["result"]["backups"]
        problems = []
        if acknowledged and acknowledged not in [backup["id"] for backup in backups]:
            problems.append(f"backup {acknowledged} was acknowledged, and is not listed")
        for backup in backups:
            if backup["state"] not in ("complete", "verified"):
                continue
            verified = self.keel.run(case, "backup", "verify", backup["id"], "--json")
            if verified.returncode != 0:
                problems.append(f"backup {backup['id']} is listed as {backup['state']} and does not verify: {verified.stdout.strip()[-300:]}")
        return problems

    def discard_kept(self, case):
        """What a recovery keeps aside on purpose (the database that a restore replaced) goes when that is asked for."""
        discarded = self.keel.run(case, "recover", "--discard", "--yes", "--json")
        if discarded.returncode != 0:
            return [f"recover --discard: exit {discarded.returncode}: {discarded.stdout.strip()[-400:]}"]
        return []

    def check_leftovers(self, case):
        """After the recovery: no file, database or lock that a clean run would not have left."""
        debris = [name for name in sorted(sites.shape(case) - self.shapes) if not name.endswith(("-wal", "-shm"))]
        return [f"left lying about: {name}" for name in [*debris, *self.orphans(case), *self.site.leftovers(case)]]

    def orphans(self, case):
        """What a removed backup stored may be another one's too: there the second run shows what was too much."""
        return [] if self.scenario.removes_backups else sites.orphans(case)

    def check_rest(self, case):
        """After the second run: all backups and the audit log hold."""
        problems = []
        if self.scenario.removes_backups:
            problems += [f"left after the second run: {name}" for name in sorted(sites.shape(case) - self.after)]
        for command in (["backup", "verify", "--all"], ["audit", "verify"]):
            done = self.keel.run(case, *command, "--json")
            if done.returncode != 0:
                problems.append(f"{' '.join(command)}: exit {done.returncode}: {done.stdout.strip()[-400:]}")
        return problems

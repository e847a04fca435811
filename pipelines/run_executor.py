"""How Dagster's own processes execute a run: all steps in one, which steps aside for what serves."""

from collections.abc import Iterator

import dagster as dg
from dagster._core.execution.context.system import PlanOrchestrationContext  # not exported, as the next three
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.execution.step_dependency_config import StepDependencyConfig
from dagster._core.executor.in_process import InProcessExecutor

from pipelines.stepping_aside import stepping_aside


class AsideExecutor(dg.Executor):
    """Executes a run as the executor that it is given, behind what serves."""

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> RetryMode:
        """Return how steps are tried again."""
        return self._inner.retries

    @property
    def step_dependency_config(self) -> StepDependencyConfig:
        """Return which outputs a step waits for."""
        return self._inner.step_dependency_config

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Yield the events of a run as it goes on."""
        with stepping_aside():
            yield from self._inner.execute(plan_context, execution_plan)


@dg.executor(name="in_process")
def run_executor(_: dg.InitExecutorContext) -> dg.Executor:
    """All steps in the process of the run, behind what serves; `execute_in_process` goes past it."""
    return AsideExecutor(InProcessExecutor(RetryMode.ENABLED))

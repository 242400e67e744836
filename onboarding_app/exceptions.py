"""What can go wrong while an agent comes to be.

OnboardingError
├── QuestionOutdated   another question is being asked by now; load the current one
├── AnswerRejected     the owner must say something else; the message is a plain sentence
├── NotAsking          the conversation is over, there is no way back
└── BuildRejected      the agent can't be built from what there is; the owner must add something
"""


class OnboardingError(Exception):
    pass


class QuestionOutdated(OnboardingError):
    pass


class AnswerRejected(OnboardingError):
    pass


class NotAsking(OnboardingError):
    pass


class BuildRejected(OnboardingError):
    pass

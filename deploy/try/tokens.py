# For `mxshop shell`: buyers for load.py, a token on each line.
from apps.users.models import UserProfile
from apps.users.tokens import token_make

for number in range(6):
    mobile = f"1390000{number:04d}"
    buyer = UserProfile.objects.filter(username=mobile).first()
    print(token_make(buyer or UserProfile.objects.create_user(mobile)))
